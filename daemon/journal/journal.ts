// The journal: what Rampart is about to do, durable before it does it, and what came of it.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import type { Clock } from '../clock.ts';
import type { WireParams } from '../ecs/api.ts';
import type { ApprovedEnd, GrantedApproval, PastApproval, WaitingGroup, PlanThatWaits } from './approvals.ts';
import type { KnownAttribution } from './attribution.ts';
import type { ChainLink, HistoryVerdict } from './chain/verdict.ts';
import type { Effect } from './effect.ts';
import type { AdoptedRule, EndedFreeze, EstateFacts, GroupFacts, RollbackInForce } from './facts.ts';

/** One step that is about to be called. */
export interface IntentDraft {
  readonly group: GroupRef;
  readonly revision: string;
  readonly planHash: string;
  readonly reconcileId: string;
  /** 1-based place in the plan. */
  readonly step: number;
  readonly operation: WriteOperation;
  /** Whatever sends the call again sends it with these. */
  readonly params: WireParams;
  readonly effect: Effect;
}

export interface Intent extends Omit<IntentDraft, 'effect'> {
  /** Null: a Rampart wrote the intent that did not keep effects yet. */
  readonly effect: Effect | null;
  /** At most 64 ASCII characters, never used before and never again by another intent. */
  readonly clientToken: string;
  readonly openedAtMs: number;
}

export interface IntentOutcome {
  /** `applied`: the vendor said yes; `noop`: it was so already; `failed`: it said no; `superseded`: the
   *  described state made the step pointless; `abandoned`: it was given up, never sent or with the result unknown. */
  readonly result: 'applied' | 'noop' | 'failed' | 'superseded' | 'abandoned';
  readonly requestId: string | null;
  readonly code: string | null;
}

/** Closed intents are the audit history. */
export interface HistoryEntry extends Intent, IntentOutcome {
  readonly closedAtMs: number;
}

export interface HistoryQuery {
  /** Only groups with these parts: a whole `GroupRef` is one group, `{id}` that id wherever it is, `{}` every group. */
  readonly group: Partial<GroupRef>;
  /** Unix milliseconds of the closing, or of the approving; null: as far back as the journal goes. */
  readonly sinceMs: number | null;
  /** The newest so many; from 1. */
  readonly limit: number;
}

/** Is told now and then how many entries have been read, and how many there are. */
export type VerifyProgress = (read: number, total: number) => void;

/** Writing is stopped for a group, or for all of them, until a time. */
export interface Pause {
  /** Null: every group. */
  readonly group: GroupRef | null;
  readonly reason: string;
  readonly pausedAtMs: number;
  readonly untilMs: number;
}

/** Revisions that a group has seen: a difference while the applied revision is the wanted one is drift. */
export interface RevisionMarks {
  /** Of the last plan that was begun. */
  readonly attempted: string | null;
  /** Of the last plan, once the group was seen as its policy says after it; null until then. */
  readonly applied: string | null;
}

/**
 * What a person may read and do while a daemon runs on the same journal.
 *
 * What a method changes is durable when its promise resolves; what it reads is then at least as new as what was
 * durable when it was called. It rejects with `JournalError` if the journal fails, with any other error for a bug.
 */
export interface JournalDesk {
  /** In the order of closing, oldest first. */
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
  /**
   * Holds every entry of the history against its chain, as they stand at one moment, and looks for these heads, which were
   * kept elsewhere. Takes a while (docs/operations.md), in many turns.
   */
  verifyHistory(heads: readonly string[], onProgress?: VerifyProgress): Promise<HistoryVerdict>;
  /** The plan as in `plan --json`, or null if it was never saved or is past its retention. */
  findPlan(hash: string): Promise<string | null>;
  /** A second pause of the same group, or of all, replaces the first. */
  pause(pause: Pause): Promise<void>;
  /** Whether there was a pause to end, run out or not. */
  resume(group: GroupRef | null): Promise<boolean>;
  /** Those that have not run out at `nowMs`: all of them, or those that this group is under. */
  pauses(nowMs: number, group?: GroupRef): Promise<readonly Pause[]>;
  /** A second approval of the same hash and group replaces the first. */
  approve(approval: GrantedApproval): Promise<void>;
  /** Those that are neither used up nor run out at `nowMs`, oldest first: all, or those that may be about this group. */
  approvals(nowMs: number, group?: GroupRef): Promise<readonly GrantedApproval[]>;
  /** Used up or not, by the time of approving, oldest first; of the groups that the history would be of. */
  pastApprovals(query: HistoryQuery): Promise<readonly PastApproval[]>;
  /** Every group whose plan waits for an approval, in the order of their keys. */
  waiting(): Promise<readonly WaitingGroup[]>;
  /** These rules of the group are ours from now on. */
  adopt(group: GroupRef, rules: readonly AdoptedRule[]): Promise<void>;
  facts(group: GroupRef): Promise<GroupFacts>;
  /** Of the groups with these parts, those of which something is known, also if they were forgotten. */
  attributions(group: Partial<GroupRef>): Promise<readonly KnownAttribution[]>;
  estateFacts(): Promise<EstateFacts>;
  /** Of the estate's facts these alone: they are asked for with every plan. */
  endedFreezes(): Promise<readonly EndedFreeze[]>;
  /** Ends an occurrence of a freeze. Those that are over by `nowMs` are forgotten. */
  endFreeze(ended: EndedFreeze, nowMs: number): Promise<void>;
  /** Puts an earlier commit in force; null: the newest again. */
  rollBack(rollback: RollbackInForce | null): Promise<void>;
  /** Another number than before if another process has changed the journal in between. Cheap. */
  foreignChanges(): Promise<number>;
  /** May be called twice. No other method may be called after it. */
  close(): Promise<void>;
}

/**
 * What the one writer of its groups needs. As for the desk; and once a method has rejected with `JournalError`, nothing
 * may be written to the cloud (until it answers again, if the trouble was `unavailable`). Groups are told apart by
 * account, region and id. Where several replicas share the journal, `mark`, `setFacts`, `setWaiting` and `forget` reject
 * with `LeaseLost` if another replica has taken the lease of the group's shard since, or this one gave it up.
 */
export interface Journal extends JournalDesk {
  /**
   * Gives the step its ClientToken, which no intent ever had before, in this journal or another, and none ever gets
   * again. Must resolve before the first attempt of the call. Where several replicas share the journal, rejects with
   * `LeaseLost` unless this one holds the lease of the group's shard at this instant, by the clock of the store; the
   * token carries the epoch of the lease.
   */
  openIntent(draft: IntentDraft): Promise<Intent>;
  /**
   * Moves the intent to the history, at the end of its chain. Exactly once for an intent: it is a bug to close one that is
   * not open. Where several replicas share the journal, only the last to take the lease closes: from any other, nothing
   * happens.
   */
  closeIntent(clientToken: string, outcome: IntentOutcome): Promise<void>;
  /** The last link of each chain, whoever writes to it, in the order of their names. */
  chainHeads(): Promise<readonly ChainLink[]>;
  /** The group's intents without an outcome, oldest first. */
  openIntents(group: GroupRef): Promise<readonly Intent[]>;
  /** Every group that has open intents, once; of the places that this process writes to, if others write elsewhere. */
  groupsWithOpenIntents(): Promise<readonly GroupRef[]>;
  /** Of plans of one hash, which make the same changes but perhaps by other calls, the last is kept. */
  savePlan(plan: GroupPlan): Promise<void>;
  /** Both null for a group that was never marked. */
  marks(group: GroupRef): Promise<RevisionMarks>;
  /** Changes the given marks, and leaves the other as it is. */
  mark(group: GroupRef, marks: Partial<RevisionMarks>): Promise<void>;
  /**
   * Changes the given facts, and leaves the others as they are. Writes only what differs. A power cut may lose them, unless
   * an intent was opened since; a crash of the process does not.
   */
  setFacts(group: GroupRef, facts: Partial<GroupFacts>): Promise<void>;
  setEstateFacts(facts: Partial<EstateFacts>): Promise<void>;
  /** Null: the group waits no more. Writes only what differs. */
  setWaiting(group: GroupRef, waiting: PlanThatWaits | null): Promise<void>;
  /** An approval in place of another: one that was given ahead is now known to be about this group and these changes. */
  bindApproval(approval: GrantedApproval, bound: GrantedApproval): Promise<void>;
  /** The approvals of these desired rules of a group, or of this revision, have done their work. */
  useUpApprovals(of: ApprovedEnd): Promise<void>;
  /** Every group of which facts are known, once. */
  groupsWithFacts(): Promise<readonly GroupRef[]>;
  /** Drops the facts of a group but for its losses and attribution, what waits, and its approvals: should it come back, it is new. */
  forget(group: GroupRef): Promise<void>;
}

/** What the opening of a journal needs. */
export interface JournalPorts {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Whole numbers from 0 to 255, not to be guessed. */
  readonly randomByte: () => number;
}

/** What is wrong with a journal, named by who can help. */
export type JournalTrouble =
  /** Another process works on it. */
  | 'locked'
  /** The file or its folder may not be written. */
  | 'readOnly'
  /** No space left. */
  | 'full'
  /** The content cannot be trusted. */
  | 'corrupt'
  /** There was one, and it is gone. */
  | 'missing'
  /** Not a journal, or one of a newer Rampart. */
  | 'foreign'
  /** The database cannot be reached or does not answer in time: it may be back later, unlike after the others. */
  | 'unavailable'
  /** The disk failed, or the path leads nowhere. */
  | 'io';

/** The journal could not be opened. `message` says what is wrong, and `advice` how to go on. */
export interface JournalOpenFailure {
  readonly trouble: JournalTrouble;
  readonly message: string;
  readonly advice: string;
}

/** A journal that was open has failed. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly trouble: JournalTrouble;
  constructor(trouble: JournalTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

/**
 * Another replica holds the lease of the group's shard by now, or none does: this process may not begin a call there. The
 * journal itself is well.
 */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly shard: string;
  constructor(shard: string) {
    super(`the lease of ${shard} is not held any more`);
    this.shard = shard;
  }
}
