// What an API without rule ids does about priorities is not documented, so it is tried on each group, from the best way to the
// worst (coexistence.ts), and read back: a Modify may ignore the priority, and a second rule that differs in nothing
// else may be taken for the first one.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { coexistenceBy } from '../../reconciler/plan/coexist/coexistence.ts';
import { twinKey, twinsByKey } from '../../reconciler/plan/coexist/twins.ts';
import type { GroupPlan, LegacyPriority, Step } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';

/** The next way to try after a plan whose group did not converge. */
export function nextLegacyPriority(
  tried: LegacyPriority,
  plan: GroupPlan,
  failure: Failure | null,
): LegacyPriority {
  if (failure !== null && failure.code !== 'SecurityGroupRule.NotFound') return tried;
  const { mayModify, next } = coexistenceBy(tried);
  const reliedOnIt = mayModify ? plan.steps.some(changesPriority) : addsTwin(plan);
  return reliedOnIt && next !== null ? next : tried;
}

function changesPriority(step: Step): boolean {
  return step.kind === 'modify' && step.target.rule.priority !== step.to.rule.priority;
}

/** Whether the plan adds a rule that a rule to be removed differs from in priority only. */
function addsTwin({ diff }: GroupPlan): boolean {
  const removed = twinsByKey(diff.unexpected);
  const known = new Set(diff.unexpected.map(({ rule }) => ruleIdentity(rule)));
  return diff.missing.some(
    (desired) => removed.has(twinKey(desired)) && !known.has(ruleIdentity(desired.rule)),
  );
}
