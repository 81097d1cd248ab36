import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import type { GroupMemory } from './group-memory.ts';
import type { Cause } from './run-context.ts';

/** How a look at a group ended, named by what the controller does next. */
export type ReconcileOutcome =
  /** Look again at the next resync; after `restMs` instead if something keeps undoing the work. */
  | {
      readonly kind: 'converged';
      /** Calls that took effect. */
      readonly changes: number;
      /** Rules that the group has now. */
      readonly rules: number;
      readonly restMs: number | null;
    }
  /** `mode: observe`: the difference is reported and left alone. */
  | { readonly kind: 'observed' }
  /** Look again at the next resync, or after `restMs` if that is sooner: then a pause has run out. */
  | { readonly kind: 'blocked'; readonly reasons: readonly string[]; readonly restMs: number | null }
  /** All is done but for rules that the cloud refuses: they are tried again when their time comes. */
  | { readonly kind: 'quarantined'; readonly reason: string; readonly restMs: number | null }
  /** Try again, soon at first and then at a falling rate; soon in any case if rules were set aside, as the others wait. */
  | {
      readonly kind: 'not-converged';
      readonly reason: string;
      readonly failure: Failure | null;
      readonly setAside: boolean;
    }
  | { readonly kind: 'aborted' };

export interface ReconcileRequest {
  readonly policy: GroupPolicy;
  readonly revision: string;
  readonly cause: Cause;
  readonly memory: GroupMemory;
  /** Hash of the only plan that may be carried out; null: whatever plan is right now. */
  readonly approvedPlan: string | null;
  /** Told when the group has been looked at: from then on the reconcile waits for its turn in the lanes. */
  readonly onLooked?: () => void;
}
