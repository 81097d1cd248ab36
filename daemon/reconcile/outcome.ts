// How a reconcile ended, and what comes next. The latter is decided here and nowhere else: the controller and
// `rampart apply` follow it.
import { isRuleQuotaRefusal, mayNotKnowTheForm, type Failure } from '../ecs/failures/failure.ts';
import type { DescribedRule } from '../../reconciler/model/group.ts';
import type { Block, GroupPlan } from '../../reconciler/plan/plan.ts';
import type { GroupMemory } from '../learned/group-memory.ts';
import type { StepRefusal } from './execute/step.ts';

/** What is seen of a reconcile from outside. */
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
  | BlockedOutcome
  /** All is done but for rules that the cloud refuses: they are tried again when their time comes. */
  | QuarantinedOutcome
  | { readonly kind: 'not-converged'; readonly reason: string; readonly failure: Failure | null }
  | { readonly kind: 'aborted' }
);

export interface QuarantinedOutcome {
  readonly kind: 'quarantined';
  readonly reason: string;
  /** Why, rule by rule. */
  readonly blocks: readonly Block[];
  readonly planHash: string;
}

export interface BlockedOutcome {
  readonly kind: 'blocked';
  readonly reasons: readonly string[];
  readonly blocks: readonly Block[];
  readonly planHash: string;
  readonly kept: Kept | null;
}

/** The policy in force was carried out against drift meanwhile. */
export interface Kept {
  /** Calls that took effect. */
  readonly changes: number;
  /** Whether but a part of it could be: that which closes. */
  readonly closesOnly: boolean;
}

export interface Reconciled {
  readonly outcome: ReconcileOutcome;
  /** What the next reconcile of the group is to remember. */
  readonly memory: GroupMemory;
}

/** Why a plan does not go on. */
export type Stop =
  | { readonly kind: 'aborted' }
  /** `failure`: what the cloud said; null when it is what the group holds that stopped the plan. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly failure: Failure | null };

/** Where a reconcile ended, and why there. */
export type RunEnd =
  | Stop
  /** The group could not be read. */
  | { readonly kind: 'unread'; readonly failure: Failure }
  | { readonly kind: 'observed' }
  /** Calls of an earlier owner of the group may still be under way. */
  | { readonly kind: 'waits'; readonly afterMs: number }
  /** Only a plan of another hash may be carried out. */
  | {
      readonly kind: 'changed';
      /** Not the group is another one: a refusal showed how much it holds. */
      readonly lacksRoom: boolean;
    }
  | BlockedEnd
  /** The plan came to its end, but the group could not be read after it. */
  | { readonly kind: 'unverified'; readonly failure: Failure }
  /** The plan came to its end, and the group is not as planned. */
  | { readonly kind: 'differs'; readonly silentNoops: readonly StepRefusal[] }
  | {
      readonly kind: 'asPlanned';
      readonly plan: GroupPlan;
      readonly changes: number;
      /** That the group has now. */
      readonly rules: readonly DescribedRule[];
      /** Rules that the plan left out, since the cloud refuses them. */
      readonly quarantined: number;
      /** Whether the last look ended so, and nothing is there that it did not note. */
      readonly isSettled: boolean;
    };

export interface BlockedEnd {
  readonly kind: 'blocked';
  readonly plan: GroupPlan;
  /** How long the group is paused for yet; null if it is not. */
  readonly pausedForMs: number | null;
  /** The policy in force was carried out, and the group is as that says, or as far as it closes; null if nothing was. */
  readonly kept: (Kept & { readonly rules: readonly DescribedRule[] }) | null;
}

export type NextMove =
  /** Until then nothing changes by trying. */
  | { readonly afterMs: number }
  | 'resync'
  /** Soon: rules were quarantined, so there is less to do, and the others wait for that. */
  | 'retry'
  /** Soon at first, and then at a falling rate. */
  | 'backoff'
  /** As `backoff`, but without someone's help it will fail again: a command gives up. */
  | 'needsHelp';

/** After a reconcile that failed; `failure` is what the cloud said, if it was that. */
export function moveAfterFailure(failure: Failure | null, isLessToDo: boolean): NextMove {
  if (failure !== null && needsHelp(failure)) return 'needsHelp';
  return isLessToDo ? 'retry' : 'backoff';
}

function needsHelp(failure: Failure): boolean {
  // A refusal that ends a reconcile instead of quarantining a rule taught something: the next plan is another one.
  if (isRuleQuotaRefusal(failure) || mayNotKnowTheForm(failure)) return false;
  return failure.kind === 'denied' || failure.kind === 'managed' || failure.kind === 'rejected';
}
