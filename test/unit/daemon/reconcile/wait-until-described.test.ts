// Over a cloud whose picture of the group changes with time, on a clock that moves by sleeping only.
import { describe, expect, it } from 'vitest';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { waitUntilDescribed } from '../../../../daemon/reconcile/wait-until-described.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';
import { fakeEngine, instantClock, REFUSING_ECS } from '../../../support/fake-engine.ts';
import { described, groupOf, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const BUSY = makeFailure({ kind: 'retry', code: 'Busy', message: 'busy' });
const LAG_MS = 60_000;

/** The group has the rule from `shownAtMs` on, and cannot be read from `brokenAtMs` on. */
function setUp({ shownAtMs = Infinity, brokenAtMs = Infinity, abortAtMs = Infinity } = {}) {
  const clock = instantClock();
  const stop = new AbortController();
  const readAtMs: number[] = [];
  const engine = fakeEngine({
    clock,
    patience: { settleMs: 0, lagMs: LAG_MS },
    ecs: {
      ...REFUSING_ECS,
      describeGroup: () => {
        const nowMs = clock.monotonicMs();
        readAtMs.push(nowMs);
        if (nowMs >= abortAtMs) stop.abort();
        if (nowMs >= brokenAtMs) return Promise.resolve(err(BUSY));
        return Promise.resolve(ok(groupOf(nowMs < shownAtMs ? [] : described([rule({ ports: '22' })]))));
      },
    },
  });
  const wait = () =>
    waitUntilDescribed(
      {
        engine,
        group: groupOf([]),
        signal: stop.signal,
        urgency: 'routine',
        request: { policy: policyOf([]) },
      },
      'current',
      ({ rules }) => rules.length > 0,
    );
  return { wait, readAtMs };
}

describe('waiting until a group is described as expected', () => {
  it('is over at once where it is so', async () => {
    const { wait, readAtMs } = setUp({ shownAtMs: 0 });
    expect(await wait()).toMatchObject({ ok: true, value: { settled: true } });
    expect(readAtMs).toEqual([0]);
  });

  it('reads again at growing intervals until it is so', async () => {
    const { wait, readAtMs } = setUp({ shownAtMs: 4000 });
    expect(await wait()).toMatchObject({ ok: true, value: { settled: true, group: { rules: [{}] } } });
    expect(readAtMs).toEqual([0, 250, 750, 1750, 3750, 7750]);
  });

  it('never waits more than ten seconds between two reads', async () => {
    const { wait, readAtMs } = setUp({ shownAtMs: 50_000 });
    await wait();
    const gaps = readAtMs.slice(1).map((atMs, index) => atMs - (readAtMs[index] ?? 0));
    expect(Math.max(...gaps)).toBe(10_000);
  });

  it('ends when the lag that reads may have is over, with what was seen last', async () => {
    const { wait, readAtMs } = setUp();
    expect(await wait()).toMatchObject({ ok: true, value: { settled: false, group: { rules: [] } } });
    expect(readAtMs.at(-1)).toBe(LAG_MS);
  });

  it('ends with the first failure to read', async () => {
    const { wait, readAtMs } = setUp({ brokenAtMs: 700 });
    expect(await wait()).toEqual(err(BUSY));
    expect(readAtMs).toEqual([0, 250, 750]);
  });

  it('ends at once when the run is to end', async () => {
    const { wait, readAtMs } = setUp({ abortAtMs: 700 });
    expect(await wait()).toMatchObject({ ok: true, value: { settled: false } });
    expect(readAtMs).toEqual([0, 250, 750]);
  });
});
