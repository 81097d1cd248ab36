// A call of a lane: what it is given when it waits, and what its answer tells of the lane.
import { err, type Result } from '../../../reconciler/model/result.ts';
import { makeFailure, type Failure, type FailureKind } from '../../ecs/failures/failure.ts';
import type { Urgency } from '../../ecs/urgency.ts';
import type { LaneClosed } from '../turn.ts';

export type CallResult<T> = Result<T, Failure>;

export interface TaskOptions {
  readonly urgency: Urgency;
  readonly signal: AbortSignal | null;
  /** Called once if the call takes far longer than usual. */
  readonly onOverdue: () => void;
}

/** Slots of a lane's minute that belong to one plan; each of its calls uses up one. */
export interface HeldSlots {
  left: number;
  readonly privileged: boolean;
}

/** Our own names for calls that were not sent. */
export type LaneCode = 'Lane.Full' | 'Lane.Closed' | 'Lane.NeverSent';

export interface WaitingCall extends TaskOptions {
  /** Null: the call belongs to no plan with slots. */
  readonly slots: HeldSlots | null;
  /** Starts the call; resolves to whether the vendor answered, and never rejects. */
  readonly start: () => Promise<boolean>;
  readonly refuse: (reason: LaneClosed) => void;
}

export type PlannedCall = WaitingCall & { readonly slots: HeldSlots };

export const hasSlot = (call: WaitingCall): call is PlannedCall => call.slots !== null && call.slots.left > 0;

/** Answers that say nothing about the budget: the call may never have reached the vendor's counter. */
const NO_ANSWER: readonly FailureKind[] = ['retry', 'unknown'];

export const isAnswer = (answer: CallResult<unknown>): boolean =>
  answer.ok || !NO_ANSWER.includes(answer.error.kind);

export const laneFull = (waiting: number): CallResult<never> =>
  err(
    makeFailure({
      kind: 'retry',
      code: 'Lane.Full' satisfies LaneCode,
      message: `${waiting} calls wait already`,
    }),
  );

/** What is left of a plan that has used up its slots is none, however urgent it was. */
export const countsAsFix = (call: WaitingCall): boolean =>
  call.urgency === 'fix' && (call.slots === null || hasSlot(call));
