// One step of a plan. A refused batch is halved until the poison rule is alone, so that one bad rule costs only itself.
import type { Rule } from '../../../reconciler/model/rule.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import type { Step } from '../../../reconciler/plan/plan.ts';
import {
  isRuleQuotaRefusal,
  makeFailure,
  mayNotKnowTheForm,
  type Failure,
} from '../../ecs/failures/failure.ts';
import type { PlanRun } from '../group-run.ts';
import { bisect, type BisectMove } from './bisect.ts';
import { callWithIntent, stepFields, stepRules, type NumberedStep } from './call.ts';

/** A single rule that the cloud refuses to add, modify or remove. */
export interface StepRefusal {
  readonly step: Step;
  readonly failure: Failure;
}

export interface StepResult {
  /** Calls that took effect. */
  readonly changes: number;
  readonly refusals: readonly StepRefusal[];
  /** Set when the plan must not go on. */
  readonly stop: Failure | null;
  /** Whether the last call was one that an earlier plan had left open: see `MAYBE_OLD_ANSWER`. */
  readonly adopted: boolean;
}

/**
 * A cloud that was sent a token before gives its old answer again. What that tells of was perhaps so before the group
 * was read, and someone has undone it since: no further step may count on it before the group was read again.
 */
export const MAYBE_OLD_ANSWER: Failure = makeFailure({
  kind: 'replan',
  code: 'Cloud.MaybeOldAnswer',
  message: 'the call was left open by an earlier plan, so its answer may be an old one: replanning',
});

/** What one call came to. */
type CallEnd =
  | { readonly kind: 'applied'; readonly adopted: boolean }
  /** It was so already. */
  | { readonly kind: 'noop'; readonly adopted: boolean }
  | { readonly kind: 'refused'; readonly refusal: StepRefusal }
  | { readonly kind: 'stopped'; readonly failure: Failure; readonly adopted: boolean };

export async function runStep(run: PlanRun, { step, number }: NumberedStep): Promise<StepResult> {
  const { results, isCutShort } = await bisect<Step, CallEnd>(step, {
    attempt: (part) => callOnce(run, { step: part, number }),
    halve: halves,
    moveAfter: (end) => moveAfter(run, end),
  });
  const last = results.at(-1);
  const adopted = last !== undefined && last.kind !== 'refused' && last.adopted;
  const changes = results.filter(({ kind }) => kind === 'applied').length;
  const refusals = results.flatMap((end) => (end.kind === 'refused' ? [end.refusal] : []));
  if (last?.kind === 'stopped') return { changes, refusals, stop: last.failure, adopted };
  return { changes, refusals, stop: isCutShort && adopted ? MAYBE_OLD_ANSWER : null, adopted };
}

function moveAfter({ engine }: PlanRun, end: CallEnd): BisectMove {
  switch (end.kind) {
    case 'applied':
    case 'noop':
      return end.adopted ? 'end' : 'goOn';
    case 'refused':
      if (stepRules(end.refusal.step).length > 1) return 'halve';
      // Only where parts of a batch may be in force alone was it made of rules that do not count on each other.
      return engine.planOptions.batchesAtomic ? 'end' : 'goOn';
    case 'stopped':
      return 'end';
  }
}

async function callOnce(run: PlanRun, numbered: NumberedStep): Promise<CallEnd> {
  const { answer, adopted } = await callWithIntent(run, numbered);
  if (answer.ok) return { kind: 'applied', adopted };
  const failure = answer.error;
  const { code, message: reason } = failure;
  const { telemetry } = run.engine;
  if (failure.kind === 'done') {
    telemetry.emit('step.noop', { ...stepFields(run, numbered), code, reason });
    return { kind: 'noop', adopted };
  }
  const rules = stepRules(numbered.step);
  if (failure.kind !== 'rejected' || isLesson(run, rules, failure))
    return { kind: 'stopped', failure, adopted };
  if (rules.length === 1) {
    const about = { ...stepFields(run, numbered), code, reason, rules: rules.map(describeRule) };
    telemetry.emit('step.quarantined', about);
  }
  return { kind: 'refused', refusal: { step: numbered.step, failure } };
}

/** Not the fault of the rule: what the refusal tells is taken into account by the next plan. */
function isLesson(run: PlanRun, rules: readonly Rule[], failure: Failure): boolean {
  if (run.levelIsGuess && mayNotKnowTheForm(failure)) return true;
  return isRuleQuotaRefusal(failure) && rules.length === 1;
}

/** The step in two halves, in order; null if it holds one rule only. */
function halves(step: Step): readonly [Step, Step] | null {
  const { length } = stepRules(step);
  if (step.kind === 'modify' || length < 2) return null;
  const part = (from: number, to: number): Step =>
    step.kind === 'authorize'
      ? { ...step, rules: step.rules.slice(from, to) }
      : { ...step, targets: step.targets.slice(from, to) };
  const middle = Math.ceil(length / 2);
  return [part(0, middle), part(middle, length)];
}
