// How long to wait before another attempt, as an immutable value: nothing in here sleeps or rolls dice.

export interface BackoffPolicy {
  readonly firstDelayMs: number;
  /** The delay doubles up to this. */
  readonly maxDelayMs: number;
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
  /** No attempt begins later than this after the first one began. */
  readonly patienceMs: number;
}

export interface Backoff {
  readonly policy: BackoffPolicy;
  /** Attempts made so far, from 1. */
  readonly attempts: number;
  /** To wait before the next attempt. */
  readonly delayMs: number;
}

export const firstBackoff = (policy: BackoffPolicy): Backoff => ({ policy, attempts: 1, delayMs: 0 });

/**
 * The wait after one more failure; null when patience or attempts are at an end. Half of the delay is
 * random, so that callers who failed together do not come back together. `random` gives a number from 0 up
 * to 1; `hintMs` is the vendor's own wish and is never undercut.
 */
export function nextBackoff(
  backoff: Backoff,
  elapsedMs: number,
  hintMs: number,
  random: () => number,
): Backoff | null {
  const { policy, attempts } = backoff;
  const fullMs = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
  const delayMs = Math.max(hintMs, Math.round((fullMs / 2) * (1 + random())));
  if (attempts >= policy.maxAttempts || elapsedMs + delayMs > policy.patienceMs) return null;
  return { policy, attempts: attempts + 1, delayMs };
}
