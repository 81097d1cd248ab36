// Carries out a plan: step by step, each with an intent that is durable before its call, and with a checkpoint
// before the first step that takes something away.
import { dialectOf } from '../../../reconciler/model/api-dialect.ts';
import type { PacedWrite } from '../engine.ts';
import { isAborted, type GroupRun, type PlanRun } from '../group-run.ts';
import type { Stop } from '../outcome.ts';
import type { Planned } from '../read.ts';
import { passCheckpoint } from './checkpoint.ts';
import { MAYBE_OLD_ANSWER, runStep, type StepRefusal, type StepResult } from './step.ts';

/** How far a plan got. */
export interface PlanProgress {
  /** Calls that took effect. */
  readonly changes: number;
  readonly refusals: readonly StepRefusal[];
  /** Why the plan does not go on; null while it does, and after its last step. */
  readonly stop: Stop | null;
}

/** A plan that was carried out, as far as it came. `memory` knows of it. */
export interface Executed extends Planned {
  readonly progress: PlanProgress;
  readonly levelIsGuess: boolean;
}

/** Carries out the plan until it ends, a step ends it, or the run's signal aborts. */
export async function executePlan(run: GroupRun, planned: Planned, write: PacedWrite): Promise<Executed> {
  const { plan, input, memory } = planned;
  const { apiLevel, rules } = input.described;
  const mayBeAnother = dialectOf(input.described).fallback !== null && apiLevel === memory.levelWithoutRules;
  const levelIsGuess = rules.length === 0 && mayBeAnother;
  const { journal, clock } = run.engine;
  if (plan.steps.length === 0) return { ...planned, progress: NOTHING_DONE, levelIsGuess };
  await journal.savePlan(plan);
  await journal.mark(run.group, { attempted: run.revision, applied: null });
  const progress = await runSteps({ ...run, plan, apiLevel, levelIsGuess, write });
  return { ...planned, memory: { ...memory, wroteAtMs: clock.monotonicMs() }, progress, levelIsGuess };
}

const NOTHING_DONE: PlanProgress = { changes: 0, refusals: [], stop: null };

async function runSteps(run: PlanRun): Promise<PlanProgress> {
  const { steps } = run.plan;
  let progress = NOTHING_DONE;
  for (const [index, step] of steps.entries()) {
    if (run.signal.aborted) return { ...progress, stop: { kind: 'aborted' } };
    if (step.checkpoint) {
      const checkpoint = await passCheckpoint(run, index);
      if (checkpoint.kind === 'ended') return progressAfter(progress, { ...checkpoint, changes: 0 });
    }
    const result = await runStep(run, { step, number: index + 1 });
    const stop = stopAfter(result, index === steps.length - 1);
    const isCutOff = stop !== null && (isAborted(run.signal) || !run.engine.ownership.mayWrite(run.group));
    progress = progressAfter(progress, { ...result, stop: isCutOff ? { kind: 'aborted' } : stop });
    if (progress.stop !== null) return progress;
  }
  return progress;
}

const progressAfter = (before: PlanProgress, { changes, refusals, stop }: PlanProgress): PlanProgress => ({
  changes: before.changes + changes,
  refusals: [...before.refusals, ...refusals],
  stop,
});

/** Why the plan does not go on after a step; null if it does. */
function stopAfter({ stop, refusals, adopted }: StepResult, isLast: boolean): Stop | null {
  if (stop !== null) return { kind: 'stopped', reason: stop.message, failure: stop };
  // What follows may rely on the refused rule; the next plan is made without it.
  const [refused] = refusals;
  if (refused !== undefined) return { kind: 'stopped', reason: refused.failure.message, failure: null };
  if (!adopted || isLast) return null;
  return { kind: 'stopped', reason: MAYBE_OLD_ANSWER.message, failure: MAYBE_OLD_ANSWER };
}
