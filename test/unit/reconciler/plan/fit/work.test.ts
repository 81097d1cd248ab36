// What a plan may cost at worst, in the unit of the meters: some ten million of it take a second. Where every rule names
// another group, one question takes as much work as a thousand elsewhere, so counts of questions bound nothing.
import { expect, it } from 'vitest';
import { editGroup, makeGroup } from '../../../../../bench/shapes.ts';
import { Meter } from '../../../../../reconciler/exposure/engine/meter.ts';
import type { PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { Random } from '../../../../support/random.ts';

const MAX_WORK = 45_000_000;
const SIZE = 50;

/** The work of a plan for rules that each name a group, all of them replaced. */
function workOf(options: PlanOptions): number {
  const random = new Random(3);
  const before = makeGroup('groups', SIZE, random);
  const after = editGroup('groups', before, SIZE, random);
  return workDuring(() => planFor(policyOf(after), groupOf(described(before)), options));
}

/** A spy that keeps every call takes longer than the work itself. */
function workDuring(run: () => unknown): number {
  const spend = Object.getOwnPropertyDescriptor(Meter.prototype, 'spend');
  if (spend === undefined) throw new Error('a meter spends no more');
  const { value } = spend as { readonly value: (this: Meter, work: number) => void };
  let sum = 0;
  Object.defineProperty(Meter.prototype, 'spend', {
    ...spend,
    value(this: Meter, work: number) {
      if (Number.isFinite(work)) sum += work;
      value.call(this, work);
    },
  });
  try {
    run();
  } finally {
    Object.defineProperty(Meter.prototype, 'spend', spend);
  }
  return sum;
}

it('is bounded in a full group, also where many numbers of pairs are tried', () => {
  const options = { modify: 'auto', ruleQuota: SIZE, groupReferenceQuota: SIZE } as const;
  expect(workOf({ ...OPTIONS, ...options })).toBeLessThan(MAX_WORK);
}, 60_000);
