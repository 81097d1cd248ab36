// What a person has allowed, and what waits for that: `rampart approve` beside a running daemon reads the one and
// writes the other.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { BlockKind } from '../../reconciler/plan/plan.ts';
import type { Approval } from '../../reconciler/plan/safety.ts';

export interface GrantedApproval extends Approval {
  /** Null: of a revision, or ahead of the plan whose group is not known yet. */
  readonly group: GroupRef | null;
}

/** What has been reached: desired rules of a group, or a revision as a whole. */
export type ApprovedEnd =
  { readonly group: GroupRef; readonly desiredHash: string } | { readonly revision: string };

export interface PastApproval extends GrantedApproval {
  /** When its group converged, Unix milliseconds; null: it has not. */
  readonly usedAtMs: number | null;
}

/** The plan of a group that an approval would let go on. */
export interface PlanThatWaits {
  readonly planHash: string;
  readonly desiredHash: string;
  readonly revision: string;
  /** Of its blocks that an approval lifts. */
  readonly kinds: readonly BlockKind[];
  readonly messages: readonly string[];
  /** What an approval of it lifts: see `Approval`. */
  readonly losing: readonly string[];
  readonly opening: readonly string[];
}

export interface WaitingGroup extends PlanThatWaits {
  readonly group: GroupRef;
  /** Since when a plan of these desired rules waits, Unix milliseconds. */
  readonly sinceMs: number;
}

/** A plan that is made again, of the same desired rules, has been waiting since the first time. */
export const waitingSince = (
  plan: PlanThatWaits,
  before: Pick<WaitingGroup, 'desiredHash' | 'sinceMs'> | null,
  nowMs: number,
): number => (before?.desiredHash === plan.desiredHash ? before.sinceMs : nowMs);
