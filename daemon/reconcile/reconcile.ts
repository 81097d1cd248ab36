// The loop on one page: read what is, compute a safe ordered plan, carry it out, prove that it worked,
// and say so. Level-triggered: whatever woke us up, both sides are read anew.
import { dialectOf } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { operationOf, type WriteOperation } from '../../reconciler/model/operation.ts';
import { isRuleQuotaRefusal, mayNotKnowTheForm } from '../ecs/failures/refusals.ts';
import { describeUntil } from './wait-until-described.ts';
import type { Engine, PlanWrites } from './engine.ts';
import { executePlan, type Execution } from './execute.ts';
import { reportIgnored } from './silent-noops.ts';
import type { GroupMemory } from './group-memory.ts';
import { nextLegacyPriority } from '../learned/legacy-priority.ts';
import { lookAtGroup, planNow, RULES_NAMED_IN_EVENTS, type PendingLook } from './read.ts';
import type { ReconcileOutcome, ReconcileRequest } from './reconcile-types.ts';
import { moveAfterFailure, type NextMove } from './next-move.ts';
import { supersedeOpenIntents } from './intents.ts';
import { showsRecentWrites } from './recent-writes.ts';
import { commonFields, type PlanRun, type RunContext } from './run-context.ts';
import type { StepRefusal } from './step.ts';

/** A plan older than this is made anew before its first call. */
const FRESH_MS = 5000;

export async function reconcileGroup(
  engine: Engine,
  request: ReconcileRequest,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  const startedMs = engine.clock.monotonicMs();
  const run: RunContext = {
    group: request.policy,
    revision: request.revision,
    reconcileId: engine.newReconcileId(),
  };
  const first = await lookAtGroup(engine, run, request, signal);
  request.onRead?.();
  if (first.kind === 'settled') return first.outcome;
  const writes = await reserveFor(engine, first, signal);
  if (writes === null) return { kind: 'aborted', next: 'resync' };
  try {
    // A plan that had to wait for its calls may be a plan for a group that is no more. One without calls did not.
    const isFresh = first.plan.steps.length === 0 || engine.clock.monotonicMs() - startedMs <= FRESH_MS;
    const look = isFresh ? first : await lookAtGroup(engine, run, request, signal);
    if (look.kind === 'settled') return look.outcome;
    const { plan, apiLevel } = look;
    if (plan.steps.length > 0) await noteAttempt(engine, run, plan);
    const { fallback, mayIgnorePriority } = dialectOf(look);
    const levelIsGuess =
      look.rules === 0 && fallback !== null && apiLevel === request.memory.levelWithoutRules;
    const planRun: PlanRun = { ...run, planHash: plan.hash, apiLevel, levelIsGuess, write: writes.write };
    const execution = await executePlan(engine, planRun, plan, signal);
    if (plan.steps.length > 0) request.memory.wroteAtMs = engine.clock.monotonicMs();
    const setAside = learn(engine, request.memory, { execution, levelIsGuess });
    if (execution.kind === 'aborted') return { kind: 'aborted', next: 'resync' };
    const outcome = await verify(engine, run, { request, look, execution, setAside }, signal);
    if (outcome.kind === 'not-converged' && mayIgnorePriority) {
      const { memory } = request;
      memory.legacyPriority = nextLegacyPriority(memory.legacyPriority, plan, outcome.failure);
    }
    const durationMs = Math.round(engine.clock.monotonicMs() - startedMs);
    reportOutcome(engine, run, outcome, durationMs);
    return outcome;
  } finally {
    writes.release();
  }
}

/** What refusals teach about the group beyond this plan. Answers whether rules were set aside. */
function learn(
  engine: Engine,
  memory: GroupMemory,
  { execution, levelIsGuess }: { readonly execution: Execution; readonly levelIsGuess: boolean },
): boolean {
  const setAside = quarantine(engine, memory, execution.refusals);
  if (execution.kind !== 'stopped' || execution.failure?.kind !== 'rejected') return setAside;
  if (isRuleQuotaRefusal(execution.failure)) memory.room.refused(engine.clock.monotonicMs());
  else if (levelIsGuess && mayNotKnowTheForm(execution.failure)) {
    const { fallback } = dialectOf({ apiLevel: memory.levelWithoutRules });
    memory.levelWithoutRules = fallback ?? memory.levelWithoutRules;
  }
  return setAside;
}

/** Whether the next plan has less to try. */
function quarantine(engine: Engine, memory: GroupMemory, refusals: readonly StepRefusal[]): boolean {
  const nowMs = engine.clock.monotonicMs();
  return refusals.map((refusal) => memory.quarantine.add(refusal, nowMs)).includes(true);
}

async function noteAttempt(engine: Engine, run: RunContext, plan: GroupPlan): Promise<void> {
  await engine.journal.savePlan(plan);
  await engine.journal.mark(run.group, { attempted: run.revision, applied: null });
}

async function noteApplied(engine: Engine, run: RunContext): Promise<void> {
  const { applied } = await engine.journal.marks(run.group);
  if (applied === run.revision) return;
  await engine.journal.mark(run.group, { applied: run.revision });
}

const NO_WRITES: PlanWrites = {
  write: () => Promise.reject(new Error('a plan without steps writes nothing')),
  release: () => undefined,
};

async function reserveFor(
  engine: Engine,
  look: PendingLook,
  signal: AbortSignal,
): Promise<PlanWrites | null> {
  if (look.plan.steps.length === 0) return NO_WRITES;
  const calls: Partial<Record<WriteOperation, number>> = {};
  for (const step of look.plan.steps) {
    const operation = operationOf(step);
    calls[operation] = (calls[operation] ?? 0) + 1;
  }
  return engine.reserve(look.plan, calls, signal);
}

interface Done {
  readonly request: ReconcileRequest;
  readonly look: PendingLook;
  readonly execution: Exclude<Execution, { kind: 'aborted'; next: 'resync' }>;
  /** Whether rules were set aside. */
  readonly setAside: boolean;
}

/** Describes again: nothing that a call answered is believed. */
async function verify(
  engine: Engine,
  run: RunContext,
  done: Done,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  const { request, execution, setAside } = done;
  const { plan } = done.look;
  let { rules } = done.look;
  if (execution.kind === 'stopped') {
    const { reason, failure } = execution;
    return { kind: 'not-converged', reason, failure, next: moveAfterFailure(failure, setAside) };
  }
  if (plan.steps.length > 0) {
    const { lists } = done.look;
    const asPlanned = (group: DescribedGroup) =>
      planNow(engine, request, { group, lists, nowMs: engine.clock.nowMs() }).status === 'converged';
    // What differs beside our own writes is the work of somebody else: no waiting helps.
    const seen = await describeUntil(
      engine,
      () => engine.ecs.describeGroup(run.group, done.look.apiLevel),
      (group) => asPlanned(group) || showsRecentWrites(engine, request.memory, group),
      signal,
    );
    if (signal.aborted) return { kind: 'aborted', next: 'resync' };
    if (!seen.ok) {
      const next = moveAfterFailure(seen.error, setAside);
      return { kind: 'not-converged', reason: seen.error.message, failure: seen.error, next };
    }
    rules = seen.value.group.rules.length;
    engine.telemetry.emit('group.described', { ...commonFields(run), rules });
    if (!asPlanned(seen.value.group)) {
      const ignored = reportIgnored(engine, run, { plan, done: plan.steps }, seen.value.group);
      const reason = 'the group does not look as planned after the last call';
      const isLess = quarantine(engine, request.memory, ignored);
      return {
        kind: 'not-converged',
        reason,
        failure: null,
        next: moveAfterFailure(null, setAside || isLess),
      };
    }
  }
  await supersedeOpenIntents(engine, run);
  await noteApplied(engine, run);
  const nowMs = engine.clock.monotonicMs();
  request.memory.room.converged(nowMs);
  const next = execution.changes > 0 ? moveAfterRepair(engine, run, done) : 'resync';
  const withheld = request.memory.quarantine.withheld(nowMs);
  const waiting = withheld.desired.size + withheld.described.size;
  return waiting > 0
    ? { kind: 'quarantined', reason: `${waiting} rules that the cloud refuses are set aside`, next }
    : { kind: 'converged', changes: execution.changes, rules, next };
}

/** Only a repair under an unchanged policy can be the work of somebody else. */
function moveAfterRepair(engine: Engine, run: RunContext, { request, look }: Done): NextMove {
  if (request.cause !== 'drift') {
    request.memory.flaps.reset();
    return 'resync';
  }
  const flapping = request.memory.flaps.drifted(look.plan.diff, engine.clock.monotonicMs());
  if (flapping === null) return 'resync';
  engine.telemetry.emit('group.flapping', {
    ...commonFields(run),
    rounds: flapping.rounds,
    rules: flapping.identities.slice(0, RULES_NAMED_IN_EVENTS),
    delayMs: flapping.delayMs,
  });
  return { afterMs: flapping.delayMs };
}

function reportOutcome(engine: Engine, run: RunContext, outcome: ReconcileOutcome, durationMs: number): void {
  const fields = { ...commonFields(run), durationMs };
  if (outcome.kind === 'converged') {
    engine.telemetry.emit('group.converged', { ...fields, changes: outcome.changes, rules: outcome.rules });
  } else if (outcome.kind === 'not-converged' || outcome.kind === 'quarantined') {
    engine.telemetry.emit('group.not_converged', { ...fields, reason: outcome.reason });
  }
}
