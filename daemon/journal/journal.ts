// The journal: what Rampart is about to do, durable before it does it, and what came of it.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import type { WireParams } from '../ecs/api.ts';

/** One step that is about to be called. */
export interface IntentDraft {
  readonly group: GroupRef;
  readonly revision: string;
  readonly planHash: string;
  readonly reconcileId: string;
  /** 1-based place in the plan. */
  readonly step: number;
  readonly operation: WriteOperation;
  readonly params: WireParams;
}

export interface Intent extends IntentDraft {
  /** At most 64 ASCII characters, never used before and never again by another intent. */
  readonly clientToken: string;
  readonly openedAtMs: number;
}

export interface Outcome {
  /** `applied`: the vendor said yes; `noop`: it was so already; `failed`: it said no; `superseded`: the
   *  described state made the step pointless; `abandoned`: it was given up, never sent or with the result unknown. */
  readonly result: 'applied' | 'noop' | 'failed' | 'superseded' | 'abandoned';
  readonly requestId: string | null;
  readonly code: string | null;
}

/** Closed intents are the audit history. */
export interface HistoryEntry extends Intent, Outcome {
  readonly closedAtMs: number;
}

export interface HistoryQuery {
  /** Security group id; null: all groups. */
  readonly groupId: string | null;
  /** Unix milliseconds of the closing; null: as far back as the journal goes. */
  readonly sinceMs: number | null;
  /** The newest so many; from 1. */
  readonly limit: number;
}

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

/** What a person may read and do while a daemon runs on the same journal. */
export interface JournalDesk {
  /** Oldest first. */
  history(query: HistoryQuery): readonly HistoryEntry[];
  /** The plan as in `plan --json`, or null if it was never saved or is past its retention. */
  findPlan(hash: string): string | null;
  /** A second pause of the same group, or of all, replaces the first. */
  pause(pause: Pause): void;
  /** Whether there was a pause to end. */
  resume(group: GroupRef | null): boolean;
  /** Those that have not run out at `nowMs`. */
  pauses(nowMs: number): readonly Pause[];
  close(): void;
}

/**
 * Every method is durable when it returns and throws `JournalError` when it cannot be: then nothing
 * may be written to the cloud.
 */
export interface Journal extends JournalDesk {
  /** 1 for a new journal, one more with each opening. */
  readonly epoch: number;
  /** Gives the step its ClientToken. Must return before the first attempt of the call. */
  openIntent(draft: IntentDraft): Intent;
  /** Exactly once for an intent. */
  closeIntent(clientToken: string, outcome: Outcome): void;
  /** Intents without an outcome, oldest first. */
  openIntents(): readonly Intent[];
  /** Equal plans have equal hashes and are kept once. */
  savePlan(plan: GroupPlan): void;
  marks(group: GroupRef): RevisionMarks;
  mark(group: GroupRef, marks: Partial<RevisionMarks>): void;
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
  constructor(trouble: JournalTrouble, message: string) {
    super(message);
    this.trouble = trouble;
  }
}
