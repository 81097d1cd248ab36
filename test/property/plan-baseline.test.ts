// Same inputs, same plans: the plans of 5,000 generated groups are those that commit 3ed103f made, but for texts and
// hashes. The cases that differ are listed in test/fixtures/plans/changed-cases.json, each with its plan: there is no
// temporary rule any more, in full groups one rule may be modified twice, no rule inherits the text of another one,
// a rule that opens something is not ignored by its text alone, and the first of some rules is that in the fixed order.
//
// The suite plans every fourth case and all that are listed; with RAMPART_RUNS=4 or more every case is planned.
//
// To see how a plan differs: npx tsx scripts/record-plans.ts --show N CHECKOUT (a folder with 3ed103f checked out).
import { describe, expect, it } from 'vitest';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { currentPlan } from '../support/current-plan.ts';
import { PLAN_CASES, planCase, type PlanCase } from '../support/plan-cases.ts';
import { casesDigest, planDigest } from '../support/plan-digest.ts';
import { isInSample } from '../support/runs.ts';
import baseline from '../fixtures/plans/baseline.json' with { type: 'json' };
import changedCases from '../fixtures/plans/changed-cases.json' with { type: 'json' };
import temporaryRuleCases from '../fixtures/plans/temporary-rule-cases.json' with { type: 'json' };

const changed: ReadonlyArray<{ readonly case: number; readonly why: string; readonly plan: string }> =
  changedCases;
const listed = new Map(changed.map((entry) => [entry.case, entry.plan]));
/** The plan that the old planner made when it was told to use no temporary rule. */
const withoutRule = new Map(temporaryRuleCases.map((entry) => [entry.case, entry.withoutRule]));
const numbers = Array.from({ length: PLAN_CASES }, (_, number) => number);
const tried = numbers.filter((number) => isInSample(number) || listed.has(number));
const PARTS = 10;
const PART = PLAN_CASES / PARTS;

/** Which plan is not the expected one, and how to look into it. */
function complaints(number: number): string[] {
  const planned = planCase(number);
  const expected = listed.get(number) ?? baseline.plans[number];
  if (planDigest(currentPlan(planned)) === expected) return [];
  const what = listed.has(number) ? 'that is listed for it' : `that ${baseline.commit} made for it`;
  const how = `npx tsx scripts/record-plans.ts --show ${number} CHECKOUT`;
  return [`case ${number} (${planned.title}): not the plan ${what}; see ${how}`];
}

/** Whether a described rule has a text that a declared rule without one could have kept. */
function mightInherit({ policy: { rules }, group }: PlanCase): boolean {
  const wanted = [...(rules.ingress ?? []), ...(rules.egress ?? [])];
  const identities = new Set(wanted.map(({ rule }) => ruleIdentity(rule)));
  return (
    wanted.some(({ rule }) => rule.description === null) &&
    group.rules.some(({ rule }) => rule.description !== null && !identities.has(ruleIdentity(rule)))
  );
}

/** Whether the group has a rule twice, so that one of the two had to be taken. */
const hasDuplicates = ({ group: { rules } }: PlanCase): boolean =>
  new Set(rules.map(({ rule }) => ruleIdentity(rule))).size < rules.length;

describe('5,000 groups planned as before the reshaping', () => {
  it('are the groups whose plans were recorded', () => {
    expect(casesDigest(numbers.map(planCase))).toBe(baseline.cases);
    expect(baseline.plans).toHaveLength(PLAN_CASES);
  });

  it.each(Array.from({ length: PARTS }, (_, part) => part * PART))(
    'have the recorded plans, from case %i',
    (from) => {
      const part = tried.filter((number) => number >= from && number < from + PART);
      expect(part.flatMap(complaints)).toEqual([]);
    },
  );

  it('differ where they are listed, for want of the temporary rule, by a rule modified twice, as a text says less, or by which of equal rules is meant', () => {
    const unfounded = changed.filter(({ case: number, plan }) => {
      if (plan === baseline.plans[number]) return true;
      const planned = planCase(number);
      const { hitless, steps } = currentPlan(planned);
      const modified = steps.flatMap(({ operation, ruleIds }) =>
        operation.startsWith('Modify') ? ruleIds : [],
      );
      const isWidened = hitless && new Set(modified).size < modified.length;
      return (
        plan !== withoutRule.get(number) &&
        !isWidened &&
        !(hitless && steps.length > 1) &&
        !mightInherit(planned) &&
        !hasDuplicates(planned) &&
        planned.policy.ignore.length === 0
      );
    });
    expect(unfounded).toEqual([]);
    expect(changed).toHaveLength(listed.size);
  });
});
