// The reconcile of one group on one page: read what is, compute a safe ordered plan, reserve its calls, carry it out,
// prove that it worked, learn from it, and say so. Level-triggered: whatever triggered it, both sides are read again.
import { operationOf, type WriteOperation } from '../../reconciler/model/operation.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { conclude } from './conclude.ts';
import { mustWaitMs } from './earlier-calls.ts';
import { moreUrgent } from '../ecs/urgency.ts';
import type { Engine, PlanWrites } from './engine.ts';
import { executePlan } from './execute/execute-plan.ts';
import { JournalError, LeaseLost } from '../journal/journal.ts';
import { beginRun, commonFields, isAborted, type GroupRun, type ReconcileRequest } from './group-run.ts';
import { learn, nothingLearned } from './learn.ts';
import { readAndPlan, type EndedEarly, type Planned } from './read.ts';
import type { Reconciled, RunEnd } from './outcome.ts';
import { noteBegin } from './safety/notes.ts';
import { verifyGroup } from './verify.ts';

/** If the picture of the group is older than this, the group is read again before the first call. */
const FRESH_MS = 5000;

/**
 * Brings a group to where its policy wants it, as far as that is allowed now. Expected failures are outcomes; it
 * rejects on a bug or a broken journal only, and not where that will answer again. At most one run of a group at a time.
 */
export async function reconcileGroup(
  engine: Engine,
  request: ReconcileRequest,
  signal: AbortSignal,
): Promise<Reconciled> {
  const run = beginRun(engine, request, signal);
  try {
    return await carryOut(run);
  } catch (error) {
    if (error instanceof LeaseLost || (error instanceof JournalError && error.trouble === 'unavailable'))
      return withoutJournal(run, error);
    throw error;
  }
}

/** Whatever was sent has an intent that is open yet, which the next run finds, or the replica that has the lease now. */
function withoutJournal(run: GroupRun, error: JournalError | LeaseLost): Reconciled {
  const { engine, request } = run;
  request.onRead?.();
  // Perhaps something was just written, and perhaps not noted.
  const memory = { ...request.memory, wroteAtMs: engine.clock.monotonicMs(), settled: null };
  if (error instanceof LeaseLost) return { outcome: { kind: 'aborted', next: 'resync' }, memory };
  const reason = 'the journal does not answer';
  engine.telemetry.emit('group.not_converged', { ...commonFields(run), reason, err: error.message });
  return { outcome: { kind: 'not-converged', reason, failure: null, next: 'backoff' }, memory };
}

async function carryOut(run: GroupRun): Promise<Reconciled> {
  const { request } = run;
  const first = await readAndPlan(run, request.memory);
  request.onRead?.();
  if (first.kind === 'ended') return conclude(run, first.end, nothingLearned(first.memory));
  const afterMs = await mustWaitMs(run, first);
  if (afterMs > 0) return conclude(run, { kind: 'waits', afterMs }, nothingLearned(first.memory));
  const writes = await reserve(run, first.plan);
  if (writes === null) return conclude(run, { kind: 'aborted' }, nothingLearned(first.memory));
  try {
    const planned = await upToDate(run, first);
    if (planned.kind === 'ended') return await conclude(run, planned.end, nothingLearned(planned.memory));
    // A plan that is under way is not to wait for reads of what is only looked at.
    const urgency = moreUrgent(run.urgency, 'changed');
    const ofPlan = { ...run, revision: planned.revision, urgency };
    await noteBegin(ofPlan, planned.plan);
    const executed = await executePlan(ofPlan, planned, writes.write);
    const end = await verifyGroup(ofPlan, executed);
    return await conclude(ofPlan, whileWaiting(end, planned), learn(ofPlan, executed, end));
  } finally {
    writes.release();
  }
}

/** The plan has come to its end; but it was that of the policy in force, or rules were left out of it. */
function whileWaiting(end: RunEnd, { plan, waiting: newer, closesOnly }: Planned): RunEnd {
  // What the cloud refuses is an end of its own.
  const leavesOut = plan.blockedBy.some(({ kind }) => kind !== 'quarantined');
  const waiting = newer ?? (leavesOut ? plan : null);
  if (waiting === null || end.kind !== 'asPlanned') return end;
  const { changes, rules } = end;
  return { kind: 'blocked', plan: waiting, pausedForMs: null, kept: { changes, rules, closesOnly } };
}

/**
 * The plan, or another one where the group may not be as it was planned for. The head decides what may be written, so one
 * that is no longer young is read again first; after a long wait the rules are, too.
 */
async function upToDate(run: GroupRun, planned: Planned): Promise<Planned | EndedEarly> {
  if (planned.plan.steps.length === 0) return planned;
  const { urgency, signal } = run;
  const change = await run.engine.heads.changeOf(planned.input.described, { urgency, signal });
  if (!change.ok) {
    const isGivenUp = isAborted(signal);
    const end: RunEnd = isGivenUp ? { kind: 'aborted' } : { kind: 'unread', failure: change.error };
    return { kind: 'ended', end, memory: planned.memory };
  }
  return change.value === null && !isOld(run, planned) ? planned : readAndPlan(run, planned.memory, planned);
}

/** A plan that had to wait for its calls may be a plan for a group that is no more. */
const isOld = ({ engine }: GroupRun, { readAtMs }: Planned): boolean =>
  engine.clock.monotonicMs() - readAtMs > FRESH_MS;

const NO_WRITES: PlanWrites = {
  write: () => Promise.reject(new Error('a plan without steps writes nothing')),
  release: () => undefined,
};

/** Null if the run is to end before the lanes have room. */
async function reserve({ engine, signal, urgency }: GroupRun, plan: GroupPlan): Promise<PlanWrites | null> {
  if (plan.steps.length === 0) return NO_WRITES;
  const calls: Partial<Record<WriteOperation, number>> = {};
  for (const operation of plan.steps.map(operationOf)) calls[operation] = (calls[operation] ?? 0) + 1;
  return engine.reserve(plan, calls, { urgency, signal });
}
