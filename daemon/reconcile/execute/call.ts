// One call of a step: an intent that is durable before the call, the call, and its outcome in the journal.
import type { Rule } from '../../../reconciler/model/rule.ts';
import { rulesAddedBy, type Step } from '../../../reconciler/plan/plan.ts';
import { stepWords } from '../../../reconciler/report/changes/step-words.ts';
import { stepRequest } from '../../ecs/convert/requests.ts';
import { effectOf } from '../../journal/effect.ts';
import type { IntentOutcome } from '../../journal/journal.ts';
import { NEVER_SENT_CODE } from '../../queue/attempt.ts';
import type { CommonFields } from '../../telemetry/events.ts';
import { commonFields, type PlanRun } from '../group-run.ts';
import { openOrAdoptIntent } from '../intents.ts';
import { noteBrought } from '../safety/note-owned.ts';

export interface NumberedStep {
  readonly step: Step;
  /** 1-based place in the plan. */
  readonly number: number;
}

type WriteAnswer = Awaited<ReturnType<PlanRun['write']>>;

/**
 * Sends the step and keeps the journal true before and after it. `adopted`: an earlier plan had left the call open, and
 * it was sent again with the token of that time.
 */
export async function callWithIntent(
  run: PlanRun,
  numbered: NumberedStep,
): Promise<{ readonly answer: WriteAnswer; readonly adopted: boolean }> {
  const { step, number } = numbered;
  const { group, revision, reconcileId } = run;
  const { operation, params } = stepRequest(group, step, run.apiLevel);
  const effect = effectOf(step);
  const of = { group, revision, planHash: run.plan.hash, reconcileId, step: number };
  const { intent, adopted } = await openOrAdoptIntent(run.engine, { ...of, operation, params, effect });
  const { clientToken } = intent;
  const { account, region } = group;
  const answer = await run.write(
    { account, region, operation, params, clientToken },
    {
      ...{ ...stepFields(run, numbered), operation, clientToken },
      ...{ rules: stepRules(step).length, change: stepWords(step) },
    },
    run.signal,
  );
  const outcome = intentOutcomeOf(answer, adopted);
  if (answer.ok) await noteBrought(run, effect);
  if (outcome !== null) await run.engine.journal.closeIntent(clientToken, outcome);
  return { answer, adopted };
}

/** Null: the intent stays open. The next run either finds the effect or sends the same token again. */
function intentOutcomeOf(answer: WriteAnswer, adopted: boolean): IntentOutcome | null {
  if (answer.ok) return { result: 'applied', requestId: answer.value.requestId, code: null };
  const { kind, requestId, code } = answer.error;
  switch (kind) {
    case 'done':
      return { result: 'noop', requestId, code };
    case 'rejected':
    case 'replan':
    case 'denied':
    case 'managed':
      return { result: 'failed', requestId, code };
    case 'retry':
    case 'throttled':
    case 'unknown':
      return code === NEVER_SENT_CODE && !adopted
        ? { result: 'abandoned', requestId: null, code: null }
        : null;
  }
}

/** The rules that the step adds, changes (as they will be) or removes. */
export const stepRules = (step: Step): readonly Rule[] =>
  (step.kind === 'revoke' ? step.targets : rulesAddedBy(step)).map(({ rule }) => rule);

/** What every event of a step carries. */
export function stepFields(
  run: PlanRun,
  { number }: NumberedStep,
): CommonFields & { readonly planHash: string; readonly step: number } {
  return { ...commonFields(run), planHash: run.plan.hash, step: number };
}
