// The one place where a reconcile ends, however it ended: open intents are closed, the outcome is computed, and the
// closing event is emitted.
import { HOUR_MS } from '../clock.ts';
import { leavesOutRulesOnly, type GroupPlan } from '../../reconciler/plan/plan.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import { actorText } from '../journal/attribution.ts';
import type { Flapping } from '../learned/flap-detector.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import { commonFields, RULES_NAMED_IN_EVENTS, type GroupRun } from './group-run.ts';
import { earlierCallsEndInMs } from './earlier-calls.ts';
import type { Lesson } from './learn.ts';
import { closeOpenIntents } from './intents.ts';
import { noteEnd } from './safety/notes.ts';
import {
  moveAfterFailure,
  type BlockedEnd,
  type Reconciled,
  type ReconcileOutcome,
  type RunEnd,
} from './outcome.ts';

export async function conclude(run: GroupRun, end: RunEnd, lesson: Lesson): Promise<Reconciled> {
  const waitMs = await earlierCallsEndInMs(run);
  await noteInJournal(run, end, waitMs === 0);
  const outcome = againAfter(outcomeOf(run, end, lesson), waitMs);
  if (lesson.flapping !== null) await reportFlapping(run, lesson.flapping);
  reportEnd(run, end, outcome);
  return { outcome, memory: lesson.memory };
}

/** What could not be closed yet is looked at again as soon as it can. */
function againAfter(outcome: ReconcileOutcome, waitMs: number): ReconcileOutcome {
  return waitMs > 0 && outcome.next === 'resync' ? { ...outcome, next: { afterMs: waitMs } } : outcome;
}

async function noteInJournal(run: GroupRun, end: RunEnd, mayClose: boolean): Promise<void> {
  const { journal } = run.engine;
  const close = async (result: 'abandoned' | 'superseded', why: string): Promise<void> => {
    if (mayClose) await closeOpenIntents(run.engine, run.group, { result, why, fields: commonFields(run) });
  };
  if (end.kind === 'observed') await close('abandoned', 'the policy only observes the group');
  const seen = end.kind === 'blocked' ? end.kept : end.kind === 'asPlanned' ? end : null;
  if (seen === null) return;
  // A part of the policy in force is no state to go back to.
  if (end.kind === 'blocked' && end.kept?.closesOnly === true) {
    return close('superseded', 'the group is as what closes of the policy in force wants it');
  }
  const isOfPolicy = end.kind === 'asPlanned' && end.quarantined === 0;
  // A rule that cannot go in yet makes the group no newer than it is.
  const isTakenOver = end.kind !== 'blocked' || leavesOutRulesOnly(end.plan.blockedBy);
  const isNoted = isSettled(end);
  if (!isNoted) {
    const identities = seen.rules.map(({ rule }) => ruleIdentity(rule));
    await noteEnd(run, { identities, isOfPolicy, isTakenOver });
  }
  await close('superseded', 'the group is as the policy in force wants it');
  if (!isNoted) await journal.mark(run.group, { applied: run.revision });
}

const isSettled = (end: RunEnd): boolean => end.kind === 'asPlanned' && end.isSettled;

function outcomeOf({ engine }: GroupRun, end: RunEnd, { isLessToDo }: Lesson): ReconcileOutcome {
  const notConverged = (reason: string, failure: Failure | null): ReconcileOutcome => {
    return { kind: 'not-converged', reason, failure, next: moveAfterFailure(failure, isLessToDo) };
  };
  switch (end.kind) {
    case 'aborted':
    case 'observed':
      return { kind: end.kind, next: 'resync' };
    case 'blocked':
      return blockedOutcome(end, engine.resyncMs);
    case 'waits': {
      const reason = 'calls of the replica that looked after the group before may still be under way';
      return { kind: 'not-converged', reason, failure: null, next: { afterMs: end.afterMs } };
    }
    case 'changed':
      return { kind: 'not-converged', reason: whyChanged(end.lacksRoom), failure: null, next: 'needsHelp' };
    case 'unread':
    case 'unverified':
      return notConverged(end.failure.message, end.failure);
    case 'stopped':
      return notConverged(end.reason, end.failure);
    case 'differs':
      return notConverged('verification failed: the group differs from the plan', null);
    case 'asPlanned': {
      const { quarantined, changes, rules } = end;
      if (quarantined === 0) return { kind: 'converged', changes, rules: rules.length, next: 'resync' };
      return quarantinedOutcome(end.plan);
    }
  }
}

const whyChanged = (lacksRoom: boolean): string =>
  lacksRoom
    ? 'planned again, because the cloud refused for lack of room: set `reconcile.ruleQuota` to what the group can hold, and `rampart plan` shows the plan that fits'
    : 'the group has changed since its plan was approved';

/** How many, where they are declared and why is what the block says. */
function quarantinedOutcome({ hash, blockedBy }: GroupPlan): ReconcileOutcome {
  const blocks = blockedBy.filter(({ kind }) => kind === 'quarantined');
  const said = blocks.map(({ message }) => message).join('; ');
  const reason =
    said === '' ? 'rules that the cloud refused are left alone until they are tried again' : said;
  return { kind: 'quarantined', reason, blocks, planHash: hash, next: 'resync' };
}

function blockedOutcome({ plan, pausedForMs, kept }: BlockedEnd, resyncMs: number): ReconcileOutcome {
  return {
    kind: 'blocked',
    reasons: plan.blockedBy.map(({ message }) => message),
    blocks: plan.blockedBy,
    planHash: plan.hash,
    kept: kept === null ? null : { changes: kept.changes, closesOnly: kept.closesOnly },
    next: pausedForMs === null ? 'resync' : { afterMs: Math.min(pausedForMs, resyncMs) },
  };
}

async function reportFlapping(run: GroupRun, { rounds, rules, delayMs }: Flapping): Promise<void> {
  const { attribution } = await run.engine.journal.facts(run.group);
  const sinceMs = run.engine.clock.nowMs() - 24 * HOUR_MS;
  const write =
    attribution.told.findLast((told) => told.write !== null && told.foundMs >= sinceMs)?.write ?? null;
  run.engine.telemetry.emit('group.flapping', {
    ...commonFields(run),
    ...{ rounds, delayMs, rules: rules.slice(0, RULES_NAMED_IN_EVENTS).map(describeRule) },
    ...(write === null ? {} : { otherWriter: actorText(write) }),
  });
}

function reportEnd(run: GroupRun, end: RunEnd, outcome: ReconcileOutcome): void {
  const { telemetry, clock } = run.engine;
  const fields = commonFields(run);
  if (end.kind === 'unread') {
    const { kind, code, message, requestId } = end.failure;
    const about = requestId === null ? fields : { ...fields, requestId };
    telemetry.emit('group.describe_failed', { ...about, kind, code, err: message });
    return;
  }
  const durationMs = Math.round(clock.monotonicMs() - run.startedMs);
  if (outcome.kind === 'converged') {
    const { changes, rules } = outcome;
    telemetry.emit('group.converged', { ...fields, durationMs, changes, rules });
  } else if (outcome.kind === 'not-converged' || outcome.kind === 'quarantined') {
    telemetry.emit('group.not_converged', { ...fields, durationMs, reason: outcome.reason });
  }
}
