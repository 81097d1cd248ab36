// A group in which each of a thousand rules names another group: every one of them is a dimension of its
// own. The answers may be partial, but they come, and within bounds.
import { expect, it } from 'vitest';
import { findAnomalies } from '../../../../../reconciler/exposure/ask/anomalies.ts';
import { contains } from '../../../../../reconciler/exposure/ask/contains.ts';
import { exposureDelta } from '../../../../../reconciler/exposure/ask/delta.ts';
import { compileRules } from '../../../../../reconciler/exposure/engine/universe.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { BENCH_CONTEXT } from '../../../../../bench/shapes.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const COUNT = 1000;
const RULES: readonly Rule[] = Array.from({ length: COUNT }, (_, at) =>
  rule({
    ports: '443',
    peer: `sg-${at}`,
    priority: 1 + (at % 100),
    action: at % 2 === 0 ? 'accept' : 'drop',
  }),
);

it('takes room for the rules, not for the rules times the groups', () => {
  const before = process.memoryUsage().arrayBuffers;
  const { universes } = compileRules(RULES, BENCH_CONTEXT);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 2 ** 20);
  expect(universes.map(({ table }) => [table.size, table.dimensions])).toEqual([
    [COUNT, 5 + COUNT],
    [COUNT, 5 + COUNT],
  ]);
});

it('says what may open, rule by rule, and that it is not exact', () => {
  const { opened, closed, effects, exact } = exposureDelta([], RULES, BENCH_CONTEXT);
  expect({ exact, opened: opened.length, closed: closed.length }).toEqual({
    exact: false,
    opened: COUNT / 2,
    closed: COUNT / 2,
  });
  expect(effects.filter(({ example }) => example === null).length).toBeGreaterThan(COUNT / 2);
});

it('does not know whether one such set contains another', () => {
  expect(contains(RULES.slice(1), RULES, BENCH_CONTEXT)).toEqual({ kind: 'unknown' });
});

it('says that it did not look at every rule', () => {
  expect(findAnomalies(RULES, BENCH_CONTEXT)).toEqual({ anomalies: [], droppable: [], complete: false });
});

it('makes a plan by the theorems alone, and says so', () => {
  const alike = RULES.slice(0, 600).map((each): Rule => ({ ...each, priority: 1, action: 'accept' }));
  const group = groupOf(described(alike.slice(0, 300)));
  const options = { ...OPTIONS, ruleQuota: COUNT, groupReferenceQuota: COUNT };
  const plan = planFor(policyOf(alike.slice(300)), group, options);
  expect(plan.status).toBe('pending');
  expect(plan.exceptions).toEqual([expect.objectContaining({ kind: 'unproved' })]);
});

it('is exact where few groups share a packet, however many there are', () => {
  const apart = RULES.map((each, at) => ({
    ...each,
    action: 'accept' as const,
    ports: { kind: 'range' as const, first: 1 + at, last: 1 + at },
  }));
  const { exact, opened } = exposureDelta([], apart.slice(0, 300), BENCH_CONTEXT);
  expect({ exact, opened: opened.length }).toEqual({ exact: true, opened: 300 });
  expect(findAnomalies(apart, BENCH_CONTEXT).complete).toBe(true);
});
