import { describe, expect, it } from 'vitest';
import {
  afterRepair,
  FLAPPING_ROUNDS,
  NO_DRIFT,
  restingAt,
  type DriftHistory,
} from '../../../../daemon/learned/flap-detector.ts';
import type { DescribedRule } from '../../../../reconciler/model/group.ts';
import { describeRule } from '../../../../reconciler/model/rule-text.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import type { Diff } from '../../../../reconciler/plan/plan.ts';

function unexpected(port: number): Diff {
  const rule: Rule = {
    direction: 'ingress',
    protocol: 'tcp',
    ports: { kind: 'range', first: port, last: port },
    sourcePorts: null,
    peer: { kind: 'group', id: 'sg-1', ownerId: null },
    own: null,
    action: 'accept',
    priority: 1,
    nicType: 'intranet',
    description: null,
  };
  const described: DescribedRule = { rule, id: 'sgr-1', selector: {} };
  return { missing: [], unexpected: [described], different: [], same: 0, unmanaged: 0 };
}

const MINUTE_MS = 60_000;

/** How the group flaps after each of these repairs. */
function repairs(
  diffs: readonly Diff[],
  { everyMs = MINUTE_MS, resyncMs = 20_000 }: { readonly everyMs?: number; readonly resyncMs?: number } = {},
) {
  let history: DriftHistory = NO_DRIFT;
  const seen = diffs.map((diff, index) => {
    const after = afterRepair(history, { diff, nowMs: index * everyMs, resyncMs });
    ({ history } = after);
    return after.flapping;
  });
  return { seen, history };
}

const times = (count: number, diff = unexpected(22)): Diff[] => Array.from({ length: count }, () => diff);

describe('drift of the same rule', () => {
  it(`is flapping from repair ${FLAPPING_ROUNDS} on, and waits longer each time, up to an hour`, () => {
    const { seen } = repairs(times(FLAPPING_ROUNDS + 8));
    expect(seen.slice(0, FLAPPING_ROUNDS - 1)).toEqual(Array(FLAPPING_ROUNDS - 1).fill(null));
    const delays = seen.slice(FLAPPING_ROUNDS - 1).map((flapping) => flapping?.delayMs);
    expect(delays.slice(0, 3)).toEqual([MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS]);
    expect(delays.at(-1)).toBe(60 * MINUTE_MS);
  });

  it('names the rules that alternate', () => {
    const last = repairs(times(FLAPPING_ROUNDS)).seen.at(-1);
    expect(last?.rules.map(describeRule)).toEqual([expect.stringContaining('22/22')]);
  });

  it.each([1, 5, 30, 240])(
    'is noticed where reconciles are %i minutes apart, and then repaired less often',
    (minutes) => {
      const resyncMs = minutes * MINUTE_MS;
      const { seen } = repairs(times(FLAPPING_ROUNDS + 1), { everyMs: resyncMs + 3000, resyncMs });
      expect(seen.at(-2)?.delayMs).toBe(resyncMs);
      expect(seen.at(-1)?.delayMs).toBe(Math.max(resyncMs, Math.min(2 * resyncMs, 60 * MINUTE_MS)));
    },
  );

  it('is counted from one again after a calm', () => {
    const { history } = repairs(times(FLAPPING_ROUNDS));
    const afterDay = { diff: unexpected(22), nowMs: 24 * 60 * MINUTE_MS, resyncMs: 20_000 };
    const { history: after, flapping } = afterRepair(history, afterDay);
    expect(flapping).toBeNull();
    expect([...after.values()].map(({ rounds }) => rounds)).toEqual([1]);
  });

  it('is counted by values: an earlier history is not touched by a later repair', () => {
    const { history } = repairs(times(2));
    const before = structuredClone(history);
    afterRepair(history, { diff: unexpected(22), nowMs: 3 * MINUTE_MS, resyncMs: 20_000 });
    expect(history).toEqual(before);
  });
});

describe('drift of another rule each time', () => {
  it('is not flapping', () => {
    const { seen } = repairs(Array.from({ length: 20 }, (_, index) => unexpected(index + 1)));
    expect(seen.every((flapping) => flapping === null)).toBe(true);
  });
});

describe('rules that flap', () => {
  const { history } = repairs(times(FLAPPING_ROUNDS));
  const lastMs = (FLAPPING_ROUNDS - 1) * MINUTE_MS;
  const at = (monotonicMs: number) => restingAt(history, { nowMs: monotonicMs, monotonicMs });

  it('rest until their time is over', () => {
    expect([...(at(lastMs + 1)?.identities ?? [])]).toEqual([expect.stringContaining('22/22')]);
    expect(at(lastMs + MINUTE_MS)).toBeNull();
  });

  it('do not make others rest, whose repairs do not make them forgotten', () => {
    const other = afterRepair(history, { diff: unexpected(80), nowMs: lastMs + 10_000, resyncMs: 20_000 });
    expect(other.flapping).toBeNull();
    const resting = restingAt(other.history, { nowMs: 0, monotonicMs: lastMs + 20_000 });
    expect([...(resting?.identities ?? [])]).toEqual([expect.stringContaining('22/22')]);
  });
});
