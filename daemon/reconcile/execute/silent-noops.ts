// Rules that the cloud took without adding them: it holds one that differs in nothing but priority for the same.
import type { DescribedGroup, DesiredRule } from '../../../reconciler/model/group.ts';
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import { coexistenceIn } from '../../../reconciler/plan/coexist/coexistence.ts';
import { twinKey, twinsByKey } from '../../../reconciler/plan/coexist/twins.ts';
import type { GroupPlan, Step } from '../../../reconciler/plan/plan.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import { makeFailure } from '../../ecs/failures/failure.ts';
import { commonFields, type GroupRun } from '../group-run.ts';
import type { StepRefusal } from './step.ts';

interface StepsDone {
  readonly plan: GroupPlan;
  readonly done: readonly Step[];
}

/**
 * What of a plan came to nothing in this way, so far as these steps go, as if it had been refused: its twin must be
 * removed first. Where the plan removes the twin and there are other ways to try, legacy-priority.ts finds one.
 */
export function reportSilentNoops(
  run: GroupRun,
  steps: StepsDone,
  seen: DescribedGroup,
): readonly StepRefusal[] {
  const refusals = silentNoops(steps, seen);
  for (const { step, failure } of refusals) {
    run.engine.telemetry.emit('step.quarantined', {
      ...commonFields(run),
      planHash: steps.plan.hash,
      code: failure.code,
      reason: failure.message,
      rules: step.kind === 'authorize' ? step.rules.map(({ rule }) => describeRule(rule)) : [],
    });
  }
  return refusals;
}

function silentNoops({ plan, done }: StepsDone, seen: DescribedGroup): readonly StepRefusal[] {
  const removed = twinsByKey(plan.diff.unexpected);
  const findsAWay = coexistenceIn(seen).next !== null && plan.mode === 'enforce';
  const standing = new Set(seen.rules.map(({ rule }) => ruleIdentity(rule)));
  const twins = twinsByKey(seen.rules);
  return done.flatMap((step) =>
    step.kind !== 'authorize'
      ? []
      : step.rules
          .filter(({ rule }) => !standing.has(ruleIdentity(rule)))
          .flatMap((desired) => {
            const twin = twins.get(twinKey(desired))?.at(-1);
            if (twin === undefined || (findsAWay && removed.has(twinKey(desired)))) return [];
            return [silentNoop(step, desired, twin.rule.priority)];
          }),
  );
}

function silentNoop(step: Step & { kind: 'authorize' }, desired: DesiredRule, priority: number): StepRefusal {
  const message = `the cloud said yes and added nothing: it takes the rule for the one of priority ${priority}`;
  return {
    step: { ...step, rules: [desired] },
    failure: makeFailure({ kind: 'rejected', code: 'Cloud.TakenForAnother', message }),
  };
}
