// Credentials that the cloud refuses are refused for every group of the account alike: after the first refusal
// no group of the account is tried for a while, so that hundreds of them do not knock in turn. A missing RAM permission
// is another matter: it may concern one group or one operation only, and stops just the group that met it.
import { concernsAccount } from '../ecs/failures/failure.ts';
import type { ReconcileOutcome } from '../reconcile/outcome.ts';

const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 10 * 60_000;

/** An account whose credentials were refused. Times are monotonic milliseconds. */
export interface OpenBreaker {
  readonly reason: string;
  readonly untilMs: number;
  /** Doubles with each refusal after a pause. */
  readonly pauseMs: number;
}

/** What an account's breaker is after a reconcile of one of its groups; null: closed, calls may go to the account. */
export function breakerAfter(
  before: OpenBreaker | null,
  outcome: ReconcileOutcome,
  nowMs: number,
): OpenBreaker | null {
  if (outcome.kind === 'converged' || outcome.kind === 'observed') return null;
  const failure = outcome.kind === 'not-converged' ? outcome.failure : null;
  if (failure === null || !concernsAccount(failure) || remainingPauseMs(before, nowMs) > 0) return before;
  const pauseMs = before === null ? FIRST_PAUSE_MS : Math.min(2 * before.pauseMs, MAX_PAUSE_MS);
  return { reason: `${failure.code}: ${failure.message}`, untilMs: nowMs + pauseMs, pauseMs };
}

/** Zero if calls may go to the account: after a pause the next group tries. */
export const remainingPauseMs = (breaker: OpenBreaker | null, nowMs: number): number =>
  breaker === null ? 0 : Math.max(0, breaker.untilMs - nowMs);
