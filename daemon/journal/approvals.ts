// What a person has allowed, and what waits for that: `rampart approve` beside a running daemon reads the one and
// writes the other.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { BlockKind } from '../../reconciler/plan/plan.ts';
import type { Approval } from '../../reconciler/plan/safety.ts';

export interface GrantedApproval extends Approval {
  /** Null: of a revision, or ahead of the plan whose group is not known yet. */
  readonly group: GroupRef | null;
}

export interface PastApproval extends GrantedApproval {
  /** When its group converged, Unix milliseconds; null: it has not. */
  readonly usedAtMs: number | null;
}

/** The plan of a group that an approval would let go on. */
export interface Waiting {
  readonly planHash: string;
  readonly desiredHash: string;
  readonly revision: string;
  /** Of its blocks that an approval lifts. */
  readonly kinds: readonly BlockKind[];
  readonly messages: readonly string[];
  /** What an approval of it lifts: see `Approval`. */
  readonly losing: readonly string[];
  readonly opening: readonly string[];
  /** Since when a plan of these desired rules waits, Unix milliseconds. */
  readonly sinceMs: number;
}

export interface WaitingGroup extends Waiting {
  readonly group: GroupRef;
}
