// How many calls of one action came in within a minute, by the emulator's log of calls.
import type { CallRecord } from '../../emulator/admin/call-log.ts';

/** Calls may be on their way for a while where the machine is busy: what began in a minute arrives in a longer or shorter time. */
const WINDOW_MS = 50_000;

export function mostInAMinute(calls: readonly CallRecord[], action: string): number {
  const times = calls
    .filter((call) => call.action === action)
    .map(({ time }) => Date.parse(time))
    .sort((a, b) => a - b);
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length),
  );
}
