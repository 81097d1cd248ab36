// The one place where a reconcile ends, however it ended: open intents are closed, the outcome is computed, and the
// closing event is emitted.
import { commonFields, RULES_NAMED_IN_EVENTS, type GroupRun } from './group-run.ts';
import type { Lesson } from './learn.ts';
import { abandonObserved, supersedeOpenIntents } from './intents.ts';
import {
  moveAfterFailure,
  type NextMove,
  type Reconciled,
  type ReconcileOutcome,
  type RunEnd,
} from './outcome.ts';

export async function conclude(run: GroupRun, end: RunEnd, lesson: Lesson): Promise<Reconciled> {
  await noteInJournal(run, end);
  const outcome = outcomeOf(run, end, lesson);
  reportEnd(run, end, { outcome, lesson });
  return { outcome, memory: lesson.memory };
}

async function noteInJournal(run: GroupRun, end: RunEnd): Promise<void> {
  const { journal } = run.engine;
  if (end.kind === 'observed') await abandonObserved(run.engine, run);
  if (end.kind !== 'asPlanned') return;
  await supersedeOpenIntents(run.engine, run);
  const { applied } = await journal.marks(run.group);
  if (applied !== run.revision) await journal.mark(run.group, { applied: run.revision });
}

function outcomeOf({ engine }: GroupRun, end: RunEnd, { isLessToDo, flapping }: Lesson): ReconcileOutcome {
  switch (end.kind) {
    case 'aborted':
    case 'observed':
      return { kind: end.kind, next: 'resync' };
    case 'blocked': {
      const { reasons, pausedForMs } = end;
      const next = pausedForMs === null ? 'resync' : { afterMs: Math.min(pausedForMs, engine.resyncMs) };
      return { kind: 'blocked', reasons, next };
    }
    case 'unread':
    case 'unverified':
    case 'stopped':
    case 'differs': {
      const { reason, failure } = whyNotConverged(end);
      return { kind: 'not-converged', reason, failure, next: moveAfterFailure(failure, isLessToDo) };
    }
    case 'asPlanned': {
      const next: NextMove = flapping === null ? 'resync' : { afterMs: flapping.delayMs };
      const { quarantined, changes, rules } = end;
      if (quarantined === 0) return { kind: 'converged', changes, rules, next };
      const reason = `${quarantined} rules that the cloud refuses are quarantined`;
      return { kind: 'quarantined', reason, next };
    }
  }
}

function whyNotConverged(end: RunEnd & { kind: 'unread' | 'unverified' | 'stopped' | 'differs' }) {
  switch (end.kind) {
    case 'unread':
    case 'unverified':
      return { reason: end.failure.message, failure: end.failure };
    case 'stopped':
      return { reason: end.reason, failure: end.failure };
    case 'differs':
      return { reason: 'verification failed: the group differs from the plan', failure: null };
  }
}

interface Conclusion {
  readonly outcome: ReconcileOutcome;
  readonly lesson: Lesson;
}

function reportEnd(run: GroupRun, end: RunEnd, { outcome, lesson: { flapping } }: Conclusion): void {
  const { telemetry, clock } = run.engine;
  const fields = commonFields(run);
  if (end.kind === 'unread') {
    const { kind, code, message, requestId } = end.failure;
    const about = requestId === null ? fields : { ...fields, requestId };
    telemetry.emit('group.describe_failed', { ...about, kind, code, err: message });
    return;
  }
  if (flapping !== null) {
    const { rounds, identities, delayMs } = flapping;
    const rules = identities.slice(0, RULES_NAMED_IN_EVENTS);
    telemetry.emit('group.flapping', { ...fields, rounds, rules, delayMs });
  }
  const durationMs = Math.round(clock.monotonicMs() - run.startedMs);
  if (outcome.kind === 'converged') {
    const { changes, rules } = outcome;
    telemetry.emit('group.converged', { ...fields, durationMs, changes, rules });
  } else if (outcome.kind === 'not-converged' || outcome.kind === 'quarantined') {
    telemetry.emit('group.not_converged', { ...fields, durationMs, reason: outcome.reason });
  }
}
