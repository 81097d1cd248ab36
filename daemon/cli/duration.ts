// Lengths and points of time as people give them on the command line.
import { parseInstant } from '../../reconciler/policy/schema/instant.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/** Longer ones are a slip of the finger, or should be a change of the policies. */
const MAX_DURATION_MS = 366 * 24 * 3_600_000;

/** Reads `90s`, `15m`, `2h`, `7d` or `2w` as milliseconds: from a second to 366 days. */
export function parseDuration(text: string): Result<number, string> {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) return err('write a number and a unit: 90s, 15m, 2h, 7d or 2w');
  const durationMs = Number(digits) * unitMs;
  return durationMs <= MAX_DURATION_MS ? ok(durationMs) : err('366 days are the most');
}

/** Reads how far to go back, as a duration, or from when on, as an instant with its zone; as Unix milliseconds. */
export function parseSince(text: string, nowMs: number): Result<number, string> {
  const duration = parseDuration(text);
  if (duration.ok) return ok(nowMs - duration.value);
  const instant = parseInstant(text);
  if (instant.ok) return instant;
  return err('write a duration such as 90m, 12h or 7d, or an instant with its zone: 2027-01-31T18:00:00Z');
}
