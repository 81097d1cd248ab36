// Rules that the cloud took without adding them: it holds one that differs in nothing but priority for the same.
import { dialectOf } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, DesiredRule } from '../../reconciler/model/group.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { looseIdentity } from '../../reconciler/plan/match/pair.ts';
import type { GroupPlan, Step } from '../../reconciler/plan/plan.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import { makeFailure } from '../ecs/failures/failure.ts';
import type { Engine } from './engine.ts';
import { commonFields, type RunContext } from './run-context.ts';
import type { StepRefusal } from './step.ts';

/**
 * What of a plan came to nothing in this way, so far as these steps go, as if it had been refused: its twin must go
 * first. Where the plan is to remove the twin, and the endpoint may ignore a new priority, legacy-priority.ts finds a way.
 */
export function reportIgnored(
  engine: Engine,
  run: RunContext,
  of: { readonly plan: GroupPlan; readonly done: readonly Step[] },
  seen: DescribedGroup,
): readonly StepRefusal[] {
  const refusals = ignoredRules(of.plan, of.done, seen);
  for (const { step, failure } of refusals) {
    engine.telemetry.emit('step.quarantined', {
      ...commonFields(run),
      planHash: of.plan.hash,
      code: failure.code,
      reason: failure.message,
      rules: step.kind === 'authorize' ? step.rules.map(({ rule }) => describeRule(rule)) : [],
    });
  }
  return refusals;
}

function ignoredRules(plan: GroupPlan, done: readonly Step[], seen: DescribedGroup): readonly StepRefusal[] {
  const going = new Set(plan.diff.surplus.map(({ rule }) => looseIdentity(rule)));
  const findsAWay = dialectOf(seen).mayIgnorePriority && plan.mode === 'enforce';
  const standing = new Set(seen.rules.map(({ rule }) => ruleIdentity(rule)));
  const twins = new Map(seen.rules.map(({ rule }) => [looseIdentity(rule), rule.priority]));
  return done.flatMap((step) =>
    step.kind !== 'authorize'
      ? []
      : step.rules
          .filter(({ rule }) => !standing.has(ruleIdentity(rule)))
          .flatMap((desired) => {
            const priority = twins.get(looseIdentity(desired.rule));
            if (priority === undefined || (findsAWay && going.has(looseIdentity(desired.rule)))) return [];
            return [refusal(step, desired, priority)];
          }),
  );
}

function refusal(step: Step & { kind: 'authorize' }, desired: DesiredRule, priority: number): StepRefusal {
  const message = `the cloud said yes and added nothing: it takes the rule for the one of priority ${priority}`;
  return {
    step: { ...step, rules: [desired] },
    failure: makeFailure({ kind: 'rejected', code: 'Cloud.TakenForAnother', message }),
  };
}
