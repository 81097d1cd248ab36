// Whose text a rule bears, in the generated groups of plan-cases.ts (a fifth of them speak the API of 2019, many are
// full), with marks of our own among the described texts.
//
// 1. A Modify leaves the described text only on a rule that differs in priority alone; otherwise the text is that of
//    the policy, or there was none. A rule that is there on the way only bears the text of a declared one, or none.
// 2. After a plan that may be carried out, no declared rule bears a mark of ours that its policy does not give it.
// 3. The second round is empty.
// 4. A full group that waits for descriptions goes on once its rules have some.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredRule } from '../../reconciler/model/group.ts';
import { identityWithoutPriority, ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPlan, ModifyStep } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { fullCase, PLAN_CASES, planCase, type PlanCase } from '../support/plan-cases.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, NARROW_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const MARK = 'rampart: temporary, goes when the change under way is complete';

/** The case, with a mark of ours instead of the first text that it describes. */
function marked(planned: PlanCase, isMarked: boolean): PlanCase {
  if (!isMarked) return planned;
  const texts = planned.group.rules.map(({ rule: { description } }) => description);
  const doomed = texts.find((text) => text !== null) ?? null;
  const rules = planned.group.rules.map((described) =>
    doomed !== null && described.rule.description === doomed
      ? { ...described, rule: { ...described.rule, description: MARK } }
      : described,
  );
  return { ...planned, group: { ...planned.group, rules } };
}

const anyCase = fc
  .record({
    number: fc.nat(PLAN_CASES - 1),
    full: fc.constantFrom(null, null, 0, 1),
    isMarked: fc.boolean(),
  })
  .map(({ number, full, isMarked }) =>
    marked(full === null ? planCase(number) : fullCase(number % 500, full), isMarked),
  );

const desiredOf = ({ policy: { rules } }: PlanCase): readonly DesiredRule[] => [
  ...(rules.ingress ?? []),
  ...(rules.egress ?? []),
];

const planOf = ({ policy, group, options }: PlanCase): GroupPlan => planFor(policy, group, options);

/** What is wrong with the text that a Modify leaves, or null. */
function borrowed(
  step: ModifyStep,
  wanted: ReadonlyMap<string, Rule>,
  texts: ReadonlySet<string>,
): string | null {
  const [from, to] = [step.target.rule, step.to.rule];
  const declared = wanted.get(ruleIdentity(to));
  if (declared === undefined) {
    return to.description === null || texts.has(to.description)
      ? null
      : `a wide rule bears ${to.description}`;
  }
  if (declared.description !== null) {
    return to.description === declared.description ? null : `not the text of the policy: ${to.description}`;
  }
  if (to.description === null || to.description === 'no description') return null;
  const isOne = identityWithoutPriority(from) === identityWithoutPriority(to);
  return isOne && to.description === from.description && to.description !== MARK
    ? null
    : `foreign: ${to.description}`;
}

describe('texts', () => {
  it('are never inherited by a rule that they are not about, and the second round is empty', () => {
    let modified = 0;
    fc.assert(
      fc.property(anyCase, (planned) => {
        const wanted = new Map(desiredOf(planned).map(({ rule }) => [ruleIdentity(rule), rule]));
        const texts = new Set(desiredOf(planned).flatMap(({ rule: { description } }) => description ?? []));
        const plan = planOf(planned);
        for (const step of plan.steps) {
          if (step.kind !== 'modify') continue;
          modified += 1;
          expect(borrowed(step, wanted, texts)).toBeNull();
        }
        if (plan.status !== 'pending' || plan.mode !== 'enforce') return;
        const rules = applySteps(planned.group.rules, plan.steps).map((described, at) => ({
          ...described,
          id: planned.group.apiLevel === 'current' ? (described.id ?? `sgr-new-${at}`) : null,
          selector: planned.group.apiLevel === 'current' ? {} : { at: String(at) },
        }));
        const declared = rules.filter(({ rule }) => wanted.get(ruleIdentity(rule))?.description === null);
        const ignored = planned.policy.ignore.length > 0;
        if (!ignored) expect(declared.map(({ rule }) => rule.description)).not.toContain(MARK);
        expect(planOf({ ...planned, group: { ...planned.group, rules } }).steps).toEqual([]);
      }),
      runs(400),
    );
    expect(modified).toBeGreaterThan(100);
  });

  it('are what a full group waits for, and once they are given it goes on', () => {
    let waiting = 0;
    fc.assert(
      fc.property(arbitraryEdit(4, NARROW_WORLD), ({ before, after }) => {
        const group = groupOf(described(before.map((rule) => ({ ...rule, description: 'old' }))));
        const options = { ...OPTIONS, ruleQuota: Math.max(before.length, after.length) };
        const plan = planFor(policyOf(after), group, options);
        const [block] = plan.blockedBy;
        if (block?.kind !== 'quota' || !block.override.startsWith('give the rule a description')) return;
        waiting += 1;
        expect(block.liftedBy).toBe('edit');
        const given = after.map((rule) => ({ ...rule, description: 'new' }));
        expect(planFor(policyOf(given), group, options).blockedBy).toEqual([]);
      }),
      runs(300),
    );
    expect(waiting).toBeGreaterThan(5);
  });
});
