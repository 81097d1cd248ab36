// One step of a plan: intent, call, outcome. A refused batch is halved until the poison rule is alone,
// so that one bad rule costs only itself.
import type { DescribedRule, DesiredRule } from '../../reconciler/model/group.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import type { Step } from '../../reconciler/plan/plan.ts';
import { stepRequest } from '../ecs/convert/requests.ts';
import { makeFailure, type Failure } from '../ecs/failures/failure.ts';
import { isRuleQuotaRefusal, mayNotKnowTheForm } from '../ecs/failures/refusals.ts';
import { effectOf } from '../journal/effect.ts';
import type { Intent, IntentDraft, IntentOutcome } from '../journal/journal.ts';
import { NEVER_SENT_CODE } from '../queue/attempt.ts';
import type { Engine } from './engine.ts';
import { openOrAdoptIntent } from './intents.ts';
import { commonFields, type PlanRun } from './run-context.ts';

/** A single rule that the cloud will not take (or let go). */
export interface StepRefusal {
  readonly step: Step;
  readonly failure: Failure;
}

export interface StepResult {
  readonly changes: number;
  readonly refusals: readonly StepRefusal[];
  /** Set when the plan must not go on. */
  readonly stop: Failure | null;
  /** Whether a call was one that an earlier plan had left open: see `MAYBE_OLD_ANSWER`. */
  readonly adopted: boolean;
}

/**
 * A cloud that was sent a token before gives its old answer again. What that tells of was perhaps so before the group
 * was read, and somebody has undone it since: no further step may count on it before the group was read again.
 */
export const MAYBE_OLD_ANSWER: Failure = makeFailure({
  kind: 'replan',
  code: 'Cloud.MaybeOldAnswer',
  message:
    'the call was left open by an earlier plan, so its answer may be an old one: what is left is planned anew',
});

export interface NumberedStep {
  readonly step: Step;
  /** 1-based place in the plan. */
  readonly number: number;
}

export async function runStep(
  engine: Engine,
  run: PlanRun,
  numbered: NumberedStep,
  signal: AbortSignal,
): Promise<StepResult> {
  const { intent, adopted, result } = await callStep(engine, run, numbered, signal);
  const nothing: StepResult = { changes: 0, refusals: [], stop: null, adopted };
  if (result.ok) {
    await close(engine, intent, { result: 'applied', requestId: result.value.requestId, code: null });
    return { ...nothing, changes: 1 };
  }
  const failure = result.error;
  switch (failure.kind) {
    case 'done':
      await close(engine, intent, { result: 'noop', requestId: failure.requestId, code: failure.code });
      engine.telemetry.emit('step.noop', {
        ...fields(run, numbered),
        code: failure.code,
        reason: failure.message,
      });
      return nothing;
    case 'rejected':
      await close(engine, intent, { result: 'failed', requestId: failure.requestId, code: failure.code });
      if (isLesson(run, numbered.step, failure)) return { ...nothing, stop: failure };
      return isolate(engine, run, { numbered, failure }, signal);
    case 'replan':
    case 'denied':
    case 'managed':
      await close(engine, intent, { result: 'failed', requestId: failure.requestId, code: failure.code });
      return { ...nothing, stop: failure };
    case 'retry':
    case 'throttled':
    case 'unknown':
      if (failure.code === NEVER_SENT_CODE && !adopted) {
        await close(engine, intent, { result: 'abandoned', requestId: null, code: null });
        return { ...nothing, stop: failure };
      }
      // The intent stays open: the next look at the group either finds the effect or sends the same token again.
      return { ...nothing, stop: failure };
  }
}

/** Not the fault of the rule: what the refusal tells is taken into account by the next plan. */
function isLesson(run: PlanRun, step: Step, failure: Failure): boolean {
  if (run.levelIsGuess && mayNotKnowTheForm(failure)) return true;
  return isRuleQuotaRefusal(failure) && stepRules(step).length === 1;
}

async function callStep(engine: Engine, run: PlanRun, numbered: NumberedStep, signal: AbortSignal) {
  const { operation, params } = stepRequest(run.group, numbered.step, run.apiLevel);
  const draft: IntentDraft = {
    group: run.group,
    revision: run.revision,
    planHash: run.planHash,
    reconcileId: run.reconcileId,
    step: numbered.number,
    operation,
    params,
    effect: effectOf(numbered.step),
  };
  const { intent, adopted } = await openOrAdoptIntent(engine, draft);
  const { account, region } = run.group;
  const result = await run.write(
    { account, region, operation, params, clientToken: intent.clientToken },
    {
      ...fields(run, numbered),
      operation,
      clientToken: intent.clientToken,
      rules: stepRules(numbered.step).length,
    },
    signal,
  );
  return { intent, adopted, result };
}

async function isolate(
  engine: Engine,
  run: PlanRun,
  refused: { readonly numbered: NumberedStep; readonly failure: Failure },
  signal: AbortSignal,
): Promise<StepResult> {
  const { numbered, failure } = refused;
  const halves = splitStep(numbered.step);
  if (halves === null) {
    engine.telemetry.emit('step.quarantined', {
      ...fields(run, numbered),
      code: failure.code,
      reason: failure.message,
      rules: stepRules(numbered.step).map(describeRule),
    });
    return { changes: 0, refusals: [{ step: numbered.step, failure }], stop: null, adopted: false };
  }
  let changes = 0;
  let adopted = false;
  const refusals: StepRefusal[] = [];
  for (const step of halves) {
    if (adopted) return { changes, refusals, stop: MAYBE_OLD_ANSWER, adopted };
    const result = await runStep(engine, run, { ...numbered, step }, signal);
    changes += result.changes;
    refusals.push(...result.refusals);
    adopted = result.adopted;
    if (result.stop !== null) return { changes, refusals, stop: result.stop, adopted };
    // Only where parts of a batch may be in force alone was it made of rules that do not count on each other.
    if (refusals.length > 0 && engine.planOptions.batchesAtomic) break;
  }
  return { changes, refusals, stop: null, adopted };
}

/** The step in two halves, in order; null if it holds one rule only. */
function splitStep(step: Step): readonly [Step, Step] | null {
  switch (step.kind) {
    case 'modify':
      return null;
    case 'authorize': {
      const [head, tail] = halve<DesiredRule>(step.rules);
      return tail.length === 0
        ? null
        : [
            { ...step, rules: head },
            { ...step, rules: tail },
          ];
    }
    case 'revoke': {
      const [head, tail] = halve<DescribedRule>(step.targets);
      return tail.length === 0
        ? null
        : [
            { ...step, targets: head },
            { ...step, targets: tail },
          ];
    }
  }
}

function halve<T>(items: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

export function stepRules(step: Step): ReadonlyArray<(DesiredRule | DescribedRule)['rule']> {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map(({ rule }) => rule);
    case 'modify':
      return [step.to.rule];
    case 'revoke':
      return step.targets.map(({ rule }) => rule);
  }
}

function close(engine: Engine, intent: Intent, outcome: IntentOutcome): Promise<void> {
  return engine.journal.closeIntent(intent.clientToken, outcome);
}

function fields(run: PlanRun, numbered: NumberedStep) {
  return { ...commonFields(run), planHash: run.planHash, step: numbered.number };
}
