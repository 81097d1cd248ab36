// Small changes of full groups (up to 9 changed rules) against every order of calls that there is. The suite tries 400;
// with RAMPART_RUNS=5 it is 2,000.
//
// 1. Where an order without a hit leads from the old rules to the new ones, a hitless plan is found, under every setting.
// 2. A plan is hitless only where there is such an order, or where one rule is modified twice: then it is something else
//    for a while that is neither old nor new.
// 3. A plan that says that there is no order is right. Its witnesses alone make every order impossible, and each is needed.
// 4. Whatever order the group tells its rules in, the plan is the same, with all that it says.
// 5. As many free slots more as the plan names do, and one less would not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupPlan, NoHitlessOrder } from '../../reconciler/plan/plan.ts';
import { FullGroupGame, type FullGroup } from '../support/full-group-game.ts';
import { arbitraryFullGroup, type FullGroupCase } from '../support/full-groups.ts';
import { planFor } from '../support/plan-inputs.ts';
import { runs } from '../support/runs.ts';

const RUNS = runs(400);

const planOf = ({ policy, group, options }: FullGroupCase): GroupPlan => planFor(policy, group, options);

function modifiesOneTwice({ steps }: GroupPlan): boolean {
  const modified = steps.flatMap((step) => (step.kind === 'modify' ? [step.target.id] : []));
  return new Set(modified).size < modified.length;
}

/** With so many more free slots of each kind, or as many as are named of it. */
const isPossibleWith = (full: FullGroup, more: number, { freeSlots }: NoHitlessOrder): boolean =>
  new FullGroupGame({
    ...full,
    slots: full.slots + Math.min(more, freeSlots.rules),
    groupSlots: full.groupSlots + Math.min(more, freeSlots.groupRules),
  }).isPossible();

const whyNot = ({ exceptions }: GroupPlan): NoHitlessOrder | null =>
  exceptions.flatMap(({ noHitlessOrder }) => noHitlessOrder ?? [])[0] ?? null;

describe('small changes of full groups', () => {
  it('are made without a hit wherever any order of the calls is', () => {
    const counts = { possible: 0, impossible: 0, modifiedTwice: 0 };
    fc.assert(
      fc.property(arbitraryFullGroup, (test) => {
        const plan = planOf(test);
        expect(plan.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
        const isFound = plan.hitless && plan.status !== 'blocked';
        if (new FullGroupGame(test.full).isPossible()) {
          counts.possible += 1;
          expect(isFound).toBe(true);
        } else {
          counts.impossible += 1;
          if (isFound) counts.modifiedTwice += 1;
          expect(isFound).toBe(modifiesOneTwice(plan) && isFound);
        }
      }),
      RUNS,
    );
    expect(counts.possible).toBeGreaterThan(0.5 * RUNS.numRuns);
    expect(counts.impossible).toBeGreaterThan(0.05 * RUNS.numRuns);
    if (RUNS.seed === undefined) console.log(JSON.stringify(counts));
  });

  it('say what is in the way of each order, and how many free slots would do', () => {
    let certain = 0;
    fc.assert(
      fc.property(arbitraryFullGroup, (test) => {
        const plan = planOf(test);
        const found = whyNot(plan);
        if (found === null) return;
        const rules = test.group.rules.toReversed();
        expect(planOf({ ...test, group: { ...test.group, rules } })).toEqual(plan);
        const { isCertain, witnesses, freeSlots } = found;
        const isPossibleFor = (packets: NoHitlessOrder['witnesses']): boolean =>
          new FullGroupGame(test.full, packets).isPossible();
        if (isCertain) {
          certain += 1;
          expect(new FullGroupGame(test.full).isPossible()).toBe(false);
        }
        if (witnesses.length > 0) expect(isPossibleFor(witnesses)).toBe(false);
        for (const packet of witnesses) {
          expect(isPossibleFor(witnesses.filter((other) => other !== packet))).toBe(true);
        }
        const slots = Math.max(freeSlots.rules, freeSlots.groupRules);
        expect(isPossibleWith(test.full, slots, found)).toBe(true);
        if (isCertain) expect(isPossibleWith(test.full, slots - 1, found)).toBe(false);
      }),
      RUNS,
    );
    expect(certain).toBeGreaterThan(0.05 * RUNS.numRuns);
  });
});
