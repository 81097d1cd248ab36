// What an API without rule ids does about priorities is not documented, so it is tried on each group, from the best way
// to the worst, and read back: a Modify may ignore the priority, and a second rule that differs in nothing else
// may be taken for the first one.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { looseIdentity } from '../../reconciler/plan/match/pair.ts';
import type { GroupPlan, LegacyPriority, Step } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';

/** The next way to try after a plan that did not bring its group where it should be. */
export function nextLegacyPriority(
  tried: LegacyPriority,
  plan: GroupPlan,
  failure: Failure | null,
): LegacyPriority {
  if (failure !== null && failure.code !== 'SecurityGroupRule.NotFound') return tried;
  switch (tried) {
    case 'modify':
      return plan.steps.some(changesPriority) ? 'replace' : tried;
    case 'replace':
      return addsTwin(plan) ? 'revokeFirst' : tried;
    case 'revokeFirst':
      return tried;
  }
}

function changesPriority(step: Step): boolean {
  return step.kind === 'modify' && step.target.rule.priority !== step.to.rule.priority;
}

/** Whether the plan adds a rule that a rule to be revoked differs from in priority only. */
function addsTwin({ diff }: GroupPlan): boolean {
  const going = new Set(diff.surplus.map(({ rule }) => looseIdentity(rule)));
  const known = new Set(diff.surplus.map(({ rule }) => ruleIdentity(rule)));
  return diff.missing.some(({ rule }) => going.has(looseIdentity(rule)) && !known.has(ruleIdentity(rule)));
}
