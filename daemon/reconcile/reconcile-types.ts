import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import type { GroupMemory } from './group-memory.ts';
import type { NextMove } from './next-move.ts';
import type { Cause } from './run-context.ts';

/** How a reconcile ended. */
export type ReconcileOutcome = { readonly next: NextMove } & (
  | {
      readonly kind: 'converged';
      /** Calls that took effect. */
      readonly changes: number;
      /** Rules that the group has now. */
      readonly rules: number;
    }
  /** `mode: observe`: the difference is reported and left alone. */
  | { readonly kind: 'observed' }
  | { readonly kind: 'blocked'; readonly reasons: readonly string[] }
  /** All is done but for rules that the cloud refuses: they are tried again when their time comes. */
  | { readonly kind: 'quarantined'; readonly reason: string }
  | { readonly kind: 'not-converged'; readonly reason: string; readonly failure: Failure | null }
  | { readonly kind: 'aborted' }
);

export interface ReconcileRequest {
  readonly policy: GroupPolicy;
  readonly revision: string;
  readonly cause: Cause;
  readonly memory: GroupMemory;
  /** Hash of the only plan that may be carried out; null: whatever plan is right now. */
  readonly approvedPlan: string | null;
  /** Called when the group has been read: from then on the reconcile waits for its turn in the lanes. */
  readonly onRead?: () => void;
}
