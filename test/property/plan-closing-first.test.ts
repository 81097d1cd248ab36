// Random edits of random groups with room.
//
// Where the order is free, what closes comes first: of two calls of one kind that follow each other without a look at the
// group between them, the first does not open while the second closes, unless they share a packet.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extentOf, overlaps } from '../../reconciler/plan/overlap.ts';
import { rulesAddedBy, rulesRemovedBy, type PlanOptions, type Step } from '../../reconciler/plan/plan.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, POLICY_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const rulesOf = (step: Step): Rule[] =>
  [...rulesAddedBy(step), ...rulesRemovedBy(step)].map(({ rule }) => rule);

/** Of calls that only add or only remove rules of one action; null: of all others. */
function effectOf(step: Step): 'opens' | 'closes' | null {
  if (step.kind === 'modify') return null;
  const actions = new Set(rulesOf(step).map(({ action }) => action));
  if (actions.size !== 1) return null;
  return actions.has('accept') === (step.kind === 'authorize') ? 'opens' : 'closes';
}

const sharePacket = (one: Step, other: Step): boolean =>
  rulesOf(one).some((rule) => rulesOf(other).some((its) => overlaps(extentOf(rule), extentOf(its))));

it('a call that closes follows none that opens, where nothing asks for that order', () => {
  let pairs = 0;
  fc.assert(
    fc.property(
      arbitraryEdit(12, POLICY_WORLD),
      fc.constantFrom<PlanOptions['modify']>('prefer', 'never'),
      ({ before, after }, modify) => {
        const { steps } = planFor(policyOf(after), groupOf(described(before)), { ...OPTIONS, modify });
        for (const [at, step] of steps.entries()) {
          const last = steps[at - 1];
          if (last?.kind !== step.kind || step.checkpoint || sharePacket(last, step)) continue;
          pairs += 1;
          expect([effectOf(last), effectOf(step)]).not.toEqual(['opens', 'closes']);
        }
      },
    ),
    runs(300),
  );
  expect(pairs).toBeGreaterThan(30);
});
