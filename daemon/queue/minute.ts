// Starts of calls within a minute. They are looked at before and after each call, and may be thousands: nothing here copies
// them but what gives a list.

export const MINUTE_MS = 60_000;
/** Timers and clocks round to a millisecond: without slack a window could hold one call too many. */
const SLACK_MS = 5;
export const WINDOW_MS = MINUTE_MS + SLACK_MS;

/** Monotonic times, the oldest first. */
export type Starts = readonly number[];

/** Where those begin that lie within a minute of that time; the number of starts if none does. */
export function firstWithin(starts: Starts, nowMs: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nowMs - (starts[middle] ?? nowMs) < WINDOW_MS) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const countWithin = (starts: Starts, nowMs: number): number =>
  starts.length - firstWithin(starts, nowMs);

export const startsWithin = (starts: Starts, nowMs: number): number[] =>
  starts.slice(firstWithin(starts, nowMs));

/** Of all, as many may be older: to leave each out as its minute ends would copy all of them once more for each call. */
const OLD_SHARE = 0.25;

/** With one more, now. */
export function startsAfter(starts: Starts, nowMs: number): Starts {
  const first = firstWithin(starts, nowMs);
  return (first > starts.length * OLD_SHARE ? starts.slice(first) : starts).concat(nowMs);
}

/** How long until fewer than `limit` of the starts lie within the window; `limit` is at least 1. */
export function windowWaitMs(starts: Starts, limit: number, windowMs: number, nowMs: number): number {
  const blocker = starts.at(-limit);
  return blocker === undefined ? 0 : Math.max(0, blocker + windowMs - nowMs);
}
