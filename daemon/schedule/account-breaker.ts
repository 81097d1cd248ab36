// Credentials that the cloud refuses are refused for every group of the account alike: after the first refusal
// the account rests, so that hundreds of groups do not knock in turn. A missing RAM permission is another
// matter: it may concern one group or one operation only, and stops just the group that met it.
import type { Failure } from '../ecs/failures/failure.ts';
import type { ReconcileOutcome } from '../reconcile/reconcile-types.ts';

const FIRST_REST_MS = 30_000;
const MAX_REST_MS = 10 * 60_000;
const RAM_CODE = /^(Forbidden(?!\.AccessKeyDisabled)|NoPermission|NotAuthorized|AccessDenied)/;

export interface Bar {
  readonly reason: string;
  readonly remainingMs: number;
}

interface Entry {
  readonly reason: string;
  readonly untilMs: number;
  readonly restMs: number;
}

/** Times are monotonic milliseconds. */
export class AccountBars {
  readonly #entries = new Map<string, Entry>();

  /** Learns from how a look at a group of the account ended. Any look that got through lifts the bar. */
  note(account: string, outcome: ReconcileOutcome, nowMs: number): void {
    const failure = outcome.kind === 'not-converged' ? outcome.failure : null;
    if (failure === null) {
      if (outcome.kind === 'converged' || outcome.kind === 'observed') this.#entries.delete(account);
      return;
    }
    if (!concernsAccount(failure)) return;
    const before = this.#entries.get(account);
    if (before !== undefined && before.untilMs > nowMs) return;
    const restMs = Math.min(before === undefined ? FIRST_REST_MS : 2 * before.restMs, MAX_REST_MS);
    const reason = `account ${account} rests: ${failure.code}: ${failure.message}`;
    this.#entries.set(account, { reason, untilMs: nowMs + restMs, restMs });
  }

  /** Null if calls may go to the account. */
  barOf(account: string, nowMs: number): Bar | null {
    const entry = this.#entries.get(account);
    if (entry === undefined || entry.untilMs <= nowMs) return null;
    return { reason: entry.reason, remainingMs: entry.untilMs - nowMs };
  }
}

const concernsAccount = ({ kind, code }: Failure): boolean => kind === 'denied' && !RAM_CODE.test(code);
