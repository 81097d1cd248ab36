import { describe, expect, test } from 'vitest';
import { FLAPPING_ROUNDS, FlapWatch } from '../../../../daemon/learned/flap-detector.ts';
import type { DescribedRule } from '../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import type { Diff } from '../../../../reconciler/plan/plan.ts';

function surplus(port: number): Diff {
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
  return { missing: [], surplus: [described], altered: [], same: 0, unmanaged: 0 };
}

const MINUTE_MS = 60_000;

function repeat(watch: FlapWatch, times: number, diff = surplus(22)) {
  return Array.from({ length: times }, (_, index) => watch.drifted(diff, index * MINUTE_MS));
}

describe('drift of the same rule', () => {
  test(`is flapping from round ${FLAPPING_ROUNDS} on, and rests longer each time, up to an hour`, () => {
    const seen = repeat(new FlapWatch(20_000), FLAPPING_ROUNDS + 8);
    expect(seen.slice(0, FLAPPING_ROUNDS - 1)).toEqual(Array(FLAPPING_ROUNDS - 1).fill(null));
    const rests = seen.slice(FLAPPING_ROUNDS - 1).map((flapping) => flapping?.delayMs);
    expect(rests.slice(0, 3)).toEqual([MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS]);
    expect(rests.at(-1)).toBe(60 * MINUTE_MS);
  });

  test('names the rules that alternate', () => {
    const last = repeat(new FlapWatch(20_000), FLAPPING_ROUNDS).at(-1);
    expect(last?.identities).toEqual([expect.stringContaining('22/22')]);
  });

  test.each([1, 5, 30, 240])(
    'is noticed where looks are %i minutes apart, and then looked for less often',
    (minutes) => {
      const resyncMs = minutes * MINUTE_MS;
      const watch = new FlapWatch(resyncMs);
      const seen = Array.from({ length: FLAPPING_ROUNDS + 1 }, (_, index) =>
        watch.drifted(surplus(22), index * (resyncMs + 3000)),
      );
      expect(seen.at(-2)?.delayMs).toBe(resyncMs);
      expect(seen.at(-1)?.delayMs).toBe(Math.max(resyncMs, Math.min(2 * resyncMs, 60 * MINUTE_MS)));
    },
  );

  test('begins anew after a calm', () => {
    const watch = new FlapWatch(20_000);
    repeat(watch, FLAPPING_ROUNDS);
    expect(watch.drifted(surplus(22), 24 * 60 * MINUTE_MS)).toBeNull();
  });

  test('begins anew with another policy', () => {
    const watch = new FlapWatch(20_000);
    repeat(watch, FLAPPING_ROUNDS - 1);
    watch.reset();
    expect(watch.drifted(surplus(22), FLAPPING_ROUNDS * MINUTE_MS)).toBeNull();
  });
});

test('drift of ever other rules is not flapping', () => {
  const watch = new FlapWatch(20_000);
  const seen = Array.from({ length: 20 }, (_, index) => watch.drifted(surplus(index + 1), index * MINUTE_MS));
  expect(seen.every((flapping) => flapping === null)).toBe(true);
});
