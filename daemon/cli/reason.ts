// Why a person steps in: kept with what they did, and shown wherever that is.
import { err, ok, type Result } from '../../reconciler/model/result.ts';

const MAX_LENGTH = 500;

/** The text without space around it. */
export function parseReason(text: string): Result<string, string> {
  const reason = text.trim();
  const isGood = reason.length >= 1 && reason.length <= MAX_LENGTH;
  return isGood ? ok(reason) : err(`write 1 to ${MAX_LENGTH} characters`);
}
