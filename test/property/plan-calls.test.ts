// How many calls a plan takes, and whether it finds a way through little room, against every possible sequence of
// calls of tiny edits.
//
// 1. No plan takes fewer calls than the fewest that are safe: then it could not be safe itself.
// 2. With `modify: auto` most plans take exactly the fewest calls, hardly any more than one call more, none more than two.
// 3. Where batches are atomic, and no two rules differ in priority only, every such plan takes exactly the fewest calls.
// 4. A single changed pair that the API can modify is one call.
// 5. In a full group, or one with one free slot, a plan is hitless only where a hitless sequence exists, and nearly
//    always where one does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { GroupPlan, PlanOptions } from '../../reconciler/plan/plan.ts';
import { CallGame, isModifiable, without } from '../support/call-game.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, NARROW_WORLD, type RuleSetPair } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const tinyEdit = arbitraryEdit(5, NARROW_WORLD).filter(
  ({ before, after }) => without(before, after).length <= 3 && without(after, before).length <= 3,
);

const planOf = (edit: RuleSetPair, options: Partial<PlanOptions>): GroupPlan =>
  planFor(policyOf(edit.after), groupOf(described(edit.before)), { ...OPTIONS, ...options });

const callsOf = (edit: RuleSetPair, modify: PlanOptions['modify']): number =>
  planOf(edit, { modify }).steps.length;

const RUNS = runs(200);

describe('calls of tiny edits', () => {
  it('are the fewest that are safe with modify: auto, or seldom one or two more', () => {
    let exact = 0;
    fc.assert(
      fc.property(tinyEdit, (edit) => {
        const fewest = new CallGame(edit).fewest() ?? Infinity;
        const excess = callsOf(edit, 'auto') - fewest;
        expect([0, 1, 2]).toContain(excess);
        if (excess === 0) exact += 1;
        for (const modify of ['prefer', 'never'] as const) {
          expect(callsOf(edit, modify)).toBeGreaterThanOrEqual(fewest);
        }
      }),
      RUNS,
    );
    expect(exact).toBeGreaterThan(0.95 * RUNS.numRuns);
  });

  it('are exactly the fewest where batches are atomic and no priority alone changes', () => {
    const untwinned = tinyEdit.filter(({ before, after }) => {
      const all = new Set([...before, ...after].map(ruleIdentity));
      const butForPriority = [...before, ...after].map((rule) => ruleIdentity({ ...rule, priority: 1 }));
      return new Set(butForPriority).size === all.size;
    });
    fc.assert(
      fc.property(untwinned, (edit) => {
        const { steps } = planOf(edit, { modify: 'auto', batchesAtomic: true });
        expect(steps.length).toBe(new CallGame(edit, Infinity, true).fewest());
      }),
      RUNS,
    );
  });

  it('are one for a single pair that can be modified', () => {
    const single = tinyEdit.filter(({ before, after }) => {
      const [old, ...olds] = without(before, after);
      const [fresh, ...news] = without(after, before);
      return olds.length === 0 && news.length === 0 && isModifiable(old, fresh);
    });
    fc.assert(
      fc.property(single, fc.constantFrom('auto' as const, 'prefer' as const), (edit, modify) => {
        expect(callsOf(edit, modify)).toBe(1);
      }),
      runs(50),
    );
  });

  it('find a way through little room where there is one, and claim none where there is none', () => {
    const found = { yes: 0, no: 0 };
    fc.assert(
      fc.property(tinyEdit, fc.constantFrom(0, 1), (edit, free) => {
        const ruleQuota = Math.max(edit.before.length, edit.after.length) + free;
        const isPossible = new CallGame(edit, ruleQuota).fewest() !== null;
        const plan = planOf(edit, { ruleQuota, maxModifyPerPlan: 0 });
        const isFound = plan.hitless && plan.status !== 'blocked';
        if (isFound) expect(isPossible).toBe(true);
        if (isPossible) found[isFound ? 'yes' : 'no'] += 1;
      }),
      RUNS,
    );
    expect(found.no).toBeLessThan(0.02 * found.yes);
  });
});
