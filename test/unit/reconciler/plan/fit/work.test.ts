// What a plan may cost at worst, in the unit of the meters: some ten million of it take a second. Where every rule names
// another group, one question takes as much work as a thousand elsewhere, so counts of questions bound nothing.
import { expect, it, onTestFinished } from 'vitest';
import { editGroup, makeGroup } from '../../../../../bench/shapes.ts';
import { Meter } from '../../../../../reconciler/exposure/engine/meter.ts';
import type { PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { Random } from '../../../../support/random.ts';

const MAX_WORK = 45_000_000;
const SIZE = 50;

/** Adds up what is spent while a test runs: some millions of calls, too many for a spy to remember. */
function countWork(): () => number {
  let sum = 0;
  const spend = Object.getOwnPropertyDescriptor(Meter.prototype, 'spend')?.value as Meter['spend'];
  Meter.prototype.spend = function (work: number) {
    if (Number.isFinite(work)) sum += work;
    spend.call(this, work);
  };
  onTestFinished(() => {
    Meter.prototype.spend = spend;
  });
  return () => sum;
}

/** The work of a plan for rules that each name a group, all of them replaced. */
function workOf(options: PlanOptions): number {
  const random = new Random(3);
  const before = makeGroup('groups', SIZE, random);
  const after = editGroup('groups', before, SIZE, random);
  const work = countWork();
  planFor(policyOf(after), groupOf(described(before)), options);
  return work();
}

it('is bounded in a full group, also where many numbers of pairs are tried', { timeout: 90_000 }, () => {
  const options = { modify: 'auto', ruleQuota: SIZE, groupRuleQuota: SIZE } as const;
  expect(workOf({ ...OPTIONS, ...options })).toBeLessThan(MAX_WORK);
});
