// Carries out a plan: step by step, each with an intent that is durable before its call, and with a
// look at the group before the first step that takes something away.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { GroupPlan, Step } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import { describeUntil } from './wait-until-described.ts';
import type { Engine } from './engine.ts';
import { reportIgnored } from './silent-noops.ts';
import { movedTargets } from './stale-targets.ts';
import { commonFields, isAborted, type PlanRun } from './run-context.ts';
import { MAYBE_OLD_ANSWER, runStep, type StepRefusal, type StepResult } from './step.ts';

/** How far a plan got. `changes` counts the calls that took effect. */
export type Execution =
  | { readonly kind: 'finished'; readonly changes: number; readonly refusals: readonly StepRefusal[] }
  | {
      readonly kind: 'stopped';
      readonly changes: number;
      readonly refusals: readonly StepRefusal[];
      readonly reason: string;
      /** What the cloud said; null when it is the picture of the group that stopped the plan. */
      readonly failure: Failure | null;
    }
  | { readonly kind: 'aborted'; readonly changes: number; readonly refusals: readonly StepRefusal[] };

export async function executePlan(
  engine: Engine,
  run: PlanRun,
  plan: GroupPlan,
  signal: AbortSignal,
): Promise<Execution> {
  const refusals: StepRefusal[] = [];
  let changes = 0;
  for (const [index, step] of plan.steps.entries()) {
    if (signal.aborted) return { kind: 'aborted', changes, refusals };
    if (step.checkpoint) {
      const checkpoint = await passCheckpoint(engine, run, { plan, index }, signal);
      if (isAborted(signal)) return { kind: 'aborted', changes, refusals };
      if (!checkpoint.ok) {
        const { refusals: ignored, ...stop } = checkpoint.error;
        return { kind: 'stopped', changes, refusals: [...refusals, ...ignored], ...stop };
      }
    }
    const result = await runStep(engine, run, { step, number: index + 1 }, signal);
    changes += result.changes;
    refusals.push(...result.refusals);
    const stop = stopAfter(result, index === plan.steps.length - 1);
    if (stop !== null) {
      return isAborted(signal)
        ? { kind: 'aborted', changes, refusals }
        : { kind: 'stopped', changes, refusals, ...stop };
    }
  }
  return { kind: 'finished', changes, refusals };
}

/** Why the plan does not go on after a step; null if it does. */
function stopAfter({ stop, refusals, adopted }: StepResult, isLast: boolean): Omit<Stop, 'refusals'> | null {
  if (stop !== null) return { reason: stop.message, failure: stop };
  // What follows may rely on the refused rule; the next plan is made without it.
  const [refused] = refusals;
  if (refused !== undefined) return { reason: refused.failure.message, failure: null };
  return adopted && !isLast ? { reason: MAYBE_OLD_ANSWER.message, failure: MAYBE_OLD_ANSWER } : null;
}

interface Stop {
  readonly reason: string;
  readonly failure: Failure | null;
  readonly refusals: readonly StepRefusal[];
}

/**
 * What counts on rules that the plan brought may begin only when they are really there, each under an id of its
 * own: an authorize that was a silent no-op, followed by a revoke, cuts production; followed by the accept that
 * it was to limit, it opens it.
 */
async function passCheckpoint(
  engine: Engine,
  run: PlanRun,
  at: { readonly plan: GroupPlan; readonly index: number },
  signal: AbortSignal,
): Promise<Result<DescribedGroup, Stop>> {
  const done = at.plan.steps.slice(0, at.index);
  const ahead = at.plan.steps.slice(at.index);
  await engine.clock.sleep(engine.patience.settleMs, signal);
  const seen = await describeUntil(
    engine,
    () => engine.ecs.describeGroup(run.group, run.apiLevel),
    (group) => absentRules(done, ahead, group).length === 0,
    signal,
  );
  if (!seen.ok) return err({ reason: seen.error.message, failure: seen.error, refusals: [] });
  // What was not seen yet says nothing where nobody waited for it.
  if (signal.aborted) return err({ reason: 'stopped', failure: null, refusals: [] });
  engine.telemetry.emit('group.described', { ...commonFields(run), rules: seen.value.group.rules.length });
  if (seen.value.settled) {
    const moved = movedTargets(done, ahead, seen.value.group);
    if (moved.length === 0) return ok(seen.value.group);
    const reason = `${moved.length} rules that the plan is to change or remove are not as they were, so it ends here: ${moved.slice(0, 3).join(', ')}`;
    return err({ reason, failure: null, refusals: [] });
  }
  const absent = absentRules(done, ahead, seen.value.group);
  return err({
    reason: `${absent.length} authorized rules are not there, so the plan ends here: ${absent.slice(0, 3).join(', ')}`,
    failure: null,
    refusals: reportIgnored(engine, run, { plan: at.plan, done }, seen.value.group),
  });
}

/** Identities that the steps so far should have brought but that have no rule of their own. */
function absentRules(done: readonly Step[], ahead: readonly Step[], group: DescribedGroup): string[] {
  const doomed = new Set(
    ahead.flatMap((step) => (step.kind === 'revoke' ? step.targets.map((t) => t.id) : [])),
  );
  const standing = new Set(
    group.rules
      .filter((rule) => rule.id === null || !doomed.has(rule.id))
      .map(({ rule }) => ruleIdentity(rule)),
  );
  return [...expectedIdentities(done)].filter((identity) => !standing.has(identity));
}

function expectedIdentities(done: readonly Step[]): Set<string> {
  const expected = new Set<string>();
  for (const step of done) {
    switch (step.kind) {
      case 'authorize':
        for (const { rule } of step.rules) expected.add(ruleIdentity(rule));
        break;
      case 'modify':
        expected.delete(ruleIdentity(step.target.rule));
        expected.add(ruleIdentity(step.to.rule));
        break;
      case 'revoke':
        for (const { rule } of step.targets) expected.delete(ruleIdentity(rule));
        break;
    }
  }
  return expected;
}
