// When heads are read, and what is made of their news, over heads that a test makes.
import { describe, expect, it } from 'vitest';
import { ok } from '../../../../../reconciler/model/result.ts';
import type { Place } from '../../../../../daemon/ecs/api.ts';
import { HeadProbe } from '../../../../../daemon/ecs/heads/head-probe.ts';
import type { GroupHeads, HeadListener } from '../../../../../daemon/ecs/heads/heads.ts';
import { QUIET_HEADS } from '../../../../support/fake-engine.ts';
import { EventLog } from '../../../../support/service.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

const HERE: Place = { account: 'main', region: 'cn-hangzhou' };
const THERE: Place = { account: 'main', region: 'cn-beijing' };
const PROBE_MS = 60_000;

interface Given {
  readonly probeMs?: number;
  /** A place that does not answer. */
  readonly hung?: Place;
  readonly uncounted?: number;
}

function setUp({ probeMs = PROBE_MS, hung, uncounted = 0 }: Given = {}) {
  const clock = new VirtualClock();
  const log = new EventLog(clock);
  const probes: Array<{ readonly region: string; readonly atMs: number; readonly olderThanMs: number }> = [];
  let listener: HeadListener = { onNews: () => undefined, onPage: () => undefined };
  const heads: GroupHeads = {
    ...QUIET_HEADS,
    places: () => [HERE, THERE],
    listen: (heard) => (listener = heard),
    probe: ({ region }, olderThanMs) => {
      probes.push({ region, atMs: clock.monotonicMs(), olderThanMs });
      if (region === hung?.region) return new Promise(() => undefined);
      return Promise.resolve(ok({ read: 3, uncounted }));
    },
  };
  const triggered: string[] = [];
  const stop = new AbortController();
  const probe = new HeadProbe({
    engine: { heads, clock, telemetry: log },
    probeMs,
    onNews: ({ id }, urgency) => void triggered.push(`${id} ${urgency}`),
    stopping: stop.signal,
  });
  probe.start();
  const pass = (ms: number) => clock.until(clock.sleep(ms));
  const tell = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      listener.onNews({ group: { ...HERE, id: `sg-${index}` }, reason: 'its tags changed' });
    }
  };
  return { clock, log, probes, triggered, stop, pass, tell };
}

describe('the probe', () => {
  it('asks each place for heads so early that none gets older than its time', async () => {
    const { probes, pass, stop } = setUp();
    await pass(2 * PROBE_MS);
    stop.abort();
    const times = probes.filter(({ region }) => region === HERE.region).map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.max(...gaps) + (probes[0]?.olderThanMs ?? Infinity)).toBeLessThan(PROBE_MS);
  });

  it('of a place that does not answer holds up no other, and is not asked for twice', async () => {
    const { probes, pass, stop } = setUp({ hung: HERE });
    await pass(PROBE_MS);
    stop.abort();
    expect(probes.filter(({ region }) => region === HERE.region)).toHaveLength(1);
    expect(probes.filter(({ region }) => region === THERE.region).length).toBeGreaterThan(5);
  });

  it('with the time 0 never asks, and heeds news all the same', async () => {
    const { probes, pass, tell, triggered, stop } = setUp({ probeMs: 0 });
    tell(1);
    await pass(PROBE_MS);
    stop.abort();
    expect(probes).toEqual([]);
    expect(triggered).toEqual(['sg-0 fix']);
  });

  it('says once of each place that an endpoint tells no counts', async () => {
    const { log, pass, stop } = setUp({ uncounted: 3 });
    await pass(3 * PROBE_MS);
    stop.abort();
    expect(log.events.map(({ event, region }) => `${event} ${String(region)}`)).toEqual([
      'probe.uncounted cn-hangzhou',
      'probe.uncounted cn-beijing',
    ]);
  });

  it('says of each group what is news, and lets few go before many', async () => {
    const { log, triggered, pass, tell, stop } = setUp();
    tell(2);
    await pass(1);
    expect(triggered.splice(0)).toEqual(['sg-0 fix', 'sg-1 fix']);
    tell(50);
    await pass(1);
    stop.abort();
    expect(new Set(triggered.map((each) => each.split(' ')[1]))).toEqual(new Set(['changed']));
    expect(log.events.filter(({ event }) => event === 'probe.found')).toHaveLength(52);
  });
});
