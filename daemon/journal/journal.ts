// The journal: what Rampart is about to do, durable before it does it, and what came of it.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { WireParams, WriteOperation } from '../ecs/api.ts';

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
   *  described state made the step pointless; `abandoned`: shutdown or patience ended with the result unknown. */
  readonly result: 'applied' | 'noop' | 'failed' | 'superseded' | 'abandoned';
  readonly requestId: string | null;
  readonly code: string | null;
}

/** Closed intents are the audit history. */
export interface HistoryEntry extends Intent, Outcome {
  readonly closedAtMs: number;
}

/**
 * Every method is durable when it returns and throws `JournalError` when it cannot be: then nothing
 * may be written to the cloud.
 */
export interface Journal {
  /** Gives the step its ClientToken. Must return before the first attempt of the call. */
  openIntent(draft: IntentDraft): Intent;
  closeIntent(clientToken: string, outcome: Outcome): void;
  /** Intents without an outcome, oldest first. */
  openIntents(): readonly Intent[];
  close(): void;
}
