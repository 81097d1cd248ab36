// What the controller knows of a group between two reconciles, as values: what its policy wants, what was tried, and
// what came of it.
import {
  leavesOutRulesOnly,
  type Block,
  type GroupPlan,
  type GroupPolicy,
} from '../../reconciler/plan/plan.ts';
import { withoutQuarantine, type GroupMemory } from '../learned/group-memory.ts';
import type { Cause } from '../reconcile/group-run.ts';
import type { BlockedOutcome, Kept, NextMove, Reconciled, ReconcileOutcome } from '../reconcile/outcome.ts';

/** A group as the policies want it, of one revision. */
export interface Target {
  readonly policy: GroupPolicy;
  readonly revision: string;
}

/** What is known of a group, for `/api/status`. Times are Unix milliseconds. */
export interface GroupStatus {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  /** `pending`: the policy has changed since the last reconcile, so nothing is known of how the group stands to it. */
  readonly outcome: ReconcileOutcome['kind'] | 'not-tried' | 'pending';
  readonly reason: string;
  readonly revision: string;
  readonly lastAttemptMs: number | null;
  readonly lastConvergedMs: number | null;
  /** When it is looked at again if nothing triggers that before; null while it is looked at. */
  readonly nextAttemptMs: number | null;
  readonly failures: number;
  /** What speaks against the plan of the policy, and the hash of that plan; else empty and null. */
  readonly blockedBy: readonly Block[];
  readonly planHash: string | null;
  /** Whether the policy before is in force meanwhile, and the group as that says. */
  readonly kept: boolean;
  /** Whether only that is carried out meanwhile which closes of the policy in force: as a whole it may not be. */
  readonly closing: boolean;
}

/** What a group is to be like, and how it was found to differ. */
export interface KnownGroup {
  readonly policy: GroupPolicy;
  /** The last plan, if it was not carried out; null: the group is as its policy says, or was never seen. */
  readonly plan: GroupPlan | null;
  /** Whether the group was seen since it got this policy. */
  readonly isSeen: boolean;
}

export interface GroupRecord {
  readonly target: Target;
  /** What the last reconcile worked by. */
  readonly attempted: GroupPolicy | null;
  /** In a row. */
  readonly failures: number;
  readonly outcome: ReconcileOutcome | null;
  /** The policy that `outcome` is about. */
  readonly judged: GroupPolicy | null;
  readonly lastAttemptMs: number | null;
  readonly lastConvergedMs: number | null;
  readonly nextAttemptMs: number | null;
  readonly memory: GroupMemory;
}

export interface WaitOptions {
  /** Time between two reconciles of a group that is as its policy says. */
  readonly resyncMs: number;
  /** First wait after a failed reconcile; doubles up to `resyncMs` or `MAX_BACKOFF_MS`, whichever is more. */
  readonly retryMs: number;
  /** From 0 up to 1: waits are shortened a little by it, lest hundreds of groups come back in one instant. */
  readonly random: () => number;
}

const MAX_BACKOFF_MS = 60_000;
/** Most that a wait is shortened by. */
const JITTER = 0.1;

export const newRecord = (target: Target, memory: GroupMemory): GroupRecord => ({
  target,
  attempted: null,
  failures: 0,
  outcome: null,
  judged: null,
  lastAttemptMs: null,
  lastConvergedMs: null,
  nextAttemptMs: null,
  memory,
});

/**
 * Only what a policy says is news; its revision changes with every commit, whatever it touched. What says the same is the
 * same object, all the way from the compiler.
 */
export const isNews = ({ target }: GroupRecord, { policy }: Target): boolean => target.policy !== policy;

export const withTarget = (record: GroupRecord, target: Target): GroupRecord => ({ ...record, target });

export function causeOf({ attempted, target }: GroupRecord): Cause {
  if (attempted === null) return 'start';
  return attempted === target.policy ? 'drift' : 'policy';
}

export function attemptBegun(record: GroupRecord, nowMs: number): GroupRecord {
  const { target, memory } = record;
  return {
    ...record,
    attempted: target.policy,
    lastAttemptMs: nowMs,
    nextAttemptMs: null,
    memory: causeOf(record) === 'policy' ? withoutQuarantine(memory) : memory,
  };
}

export function attemptEnded(
  record: GroupRecord,
  { outcome, memory }: Reconciled,
  nowMs: number,
): GroupRecord {
  return {
    ...record,
    outcome,
    memory,
    judged: record.attempted,
    failures: failuresAfter(record.failures, outcome.next),
    lastConvergedMs: outcome.kind === 'converged' ? nowMs : record.lastConvergedMs,
  };
}

/** In a row. A try that left less to do is the first of a new row. */
function failuresAfter(failures: number, move: NextMove): number {
  switch (move) {
    case 'backoff':
    case 'needsHelp':
      return failures + 1;
    case 'retry':
      return 1;
    default:
      return 0;
  }
}

/** The account may not be called now, so nothing was tried. */
export const attemptPutOff = (record: GroupRecord, reason: string, afterMs: number): GroupRecord => ({
  ...record,
  outcome: { kind: 'not-converged', reason, failure: null, next: { afterMs } },
  judged: record.target.policy,
});

/** How long to wait after an attempt that has ended. */
export function nextWaitMs({ outcome, failures }: GroupRecord, options: WaitOptions): number {
  const { resyncMs, retryMs } = options;
  const move = outcome?.next ?? 'resync';
  if (typeof move === 'object') return move.afterMs;
  const longestMs = Math.max(resyncMs, MAX_BACKOFF_MS);
  const delayMs = move === 'resync' ? resyncMs : Math.min(retryMs * 2 ** (failures - 1), longestMs);
  return delayMs * (1 - JITTER * options.random());
}

export function knownGroup({ target, outcome, judged, memory }: GroupRecord): KnownGroup {
  const { policy } = target;
  const isSeen = judged === policy && outcome !== null && SEEN.has(outcome.kind);
  return { policy, plan: isSeen ? (memory.lastPlan?.plan ?? null) : null, isSeen };
}

const SEEN: ReadonlySet<ReconcileOutcome['kind']> = new Set([
  'converged',
  'observed',
  'blocked',
  'quarantined',
]);

/** How a group stands, told at no cost: for who counts, looks for or sorts many. */
export function outcomeNow({ outcome, judged, target }: GroupRecord): GroupStatus['outcome'] {
  if (outcome === null) return 'not-tried';
  return judged === target.policy ? outcome.kind : 'pending';
}

export function groupStatus(record: GroupRecord): GroupStatus {
  const { target, outcome, lastAttemptMs, lastConvergedMs, nextAttemptMs, failures } = record;
  const { account, region, id } = target.policy;
  const standing = outcomeNow(record);
  const isPending = standing === 'pending';
  return {
    account,
    region,
    id,
    outcome: standing,
    reason: isPending ? 'the policy has changed since the last reconcile' : outcomeReason(outcome),
    revision: target.revision,
    lastAttemptMs,
    lastConvergedMs,
    nextAttemptMs,
    failures,
    ...blockStatus(outcome),
  };
}

function blockStatus(
  outcome: ReconcileOutcome | null,
): Pick<GroupStatus, 'blockedBy' | 'planHash' | 'kept' | 'closing'> {
  if (outcome?.kind !== 'blocked' && outcome?.kind !== 'quarantined') {
    return { blockedBy: [], planHash: null, kept: false, closing: false };
  }
  const { blocks, planHash } = outcome;
  const kept = outcome.kind === 'blocked' ? keptOf(outcome) : null;
  return {
    blockedBy: blocks,
    planHash,
    kept: kept?.closesOnly === false,
    closing: kept?.closesOnly === true,
  };
}

/** Null also where the policy itself was carried out, but for rules that are left out. */
const keptOf = ({ blocks, kept }: BlockedOutcome): Kept | null => (leavesOutRulesOnly(blocks) ? null : kept);

function meanwhileText(kept: Kept | null): string {
  if (kept === null) return '';
  return kept.closesOnly
    ? ' (meanwhile only what closes of the rules in force is carried out)'
    : ' (meanwhile the rules that were in force before are kept up)';
}

/** Empty where there is nothing to explain. */
export function outcomeReason(outcome: ReconcileOutcome | null): string {
  switch (outcome?.kind) {
    case 'not-converged':
    case 'quarantined':
      return outcome.reason;
    case 'blocked':
      return `${outcome.reasons.join('; ')}${meanwhileText(keptOf(outcome))}`;
    case undefined:
    case 'converged':
    case 'observed':
    case 'aborted':
      return '';
  }
}
