// Flow control as the vendor's: so many calls a minute for each account x region x action, open again when the next
// minute starts. All windows turn at the same instant, so one map is enough, and it is dropped whole.
import { reject } from './refusals.ts';

const MINUTE_MS = 60_000;

/** Milliseconds until the next minute of this clock starts. */
export function untilNextMinuteMs(nowMs: number): number {
  return MINUTE_MS - (nowMs % MINUTE_MS);
}

export interface ThrottledCall {
  readonly accountId: string;
  /** One of a bounded number: each has a window of its own. */
  readonly region: string;
  readonly action: string;
}

export class Throttle {
  #minute = 0;
  #counts = new Map<string, number>();

  /** Counts a call; throws Throttling.User when its minute is full. */
  admit(call: ThrottledCall, rateLimits: Readonly<Record<string, number>>, nowMs: number): void {
    if (!Object.hasOwn(rateLimits, call.action)) return;
    const perMinute = rateLimits[call.action] ?? 0;
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#counts = new Map();
    }
    const key = `${call.accountId} ${call.action} ${call.region}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= perMinute) throw reject('Throttling.User', '', { retryAfterMs: untilNextMinuteMs(nowMs) });
    this.#counts.set(key, count + 1);
  }
}
