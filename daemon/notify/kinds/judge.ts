// What answers mean: by the HTTP status, and by the code that the vendors put into an answer of any status.
import type { ReceiverAnswer, AnswerVerdict } from './kind.ts';

/** Most that an answer can make us wait. */
const MAX_WAIT_MS = 15 * 60_000;

export const TAKEN: AnswerVerdict = { kind: 'taken' };

export function judgeStatus({ status, retryAfter }: ReceiverAnswer, nowMs: number): AnswerVerdict {
  if (status >= 200 && status < 300) return TAKEN;
  const reason = `it answered ${status}`;
  if (status >= 300 && status < 400) {
    return { kind: 'refused', reason: `${reason}: redirects are not followed, name the address itself` };
  }
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  if (!isPassing) return { kind: 'refused', reason };
  return { kind: 'later', reason, afterMs: waitOf(retryAfter, nowMs) };
}

/** Seconds or a date (RFC 9110, 10.2.3); what is neither counts for nothing. */
function waitOf(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0;
  const text = retryAfter.trim();
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(0, waitMs), MAX_WAIT_MS);
}

export interface VendorCodes {
  /** Of the field that holds the code, and of the one that holds its text; the first that is there counts. */
  readonly codeFields: readonly string[];
  readonly textFields: readonly string[];
  /** Codes of which the same message would be refused again. */
  readonly refused: ReadonlySet<number>;
  /** Codes that mean too many messages, and how long to be silent then. */
  readonly tooMany: ReadonlyMap<number, number>;
}

/** Vendors answer 200 to what they refuse. A code that is not known is tried again: there are only so many attempts. */
export function judgeCoded(answer: ReceiverAnswer, nowMs: number, codes: VendorCodes): AnswerVerdict {
  const body = objectIn(answer.text);
  const code = codes.codeFields.map((name) => body?.[name]).find((value) => typeof value === 'number');
  if (code === undefined) {
    const byStatus = judgeStatus(answer, nowMs);
    if (byStatus.kind !== 'taken') return byStatus;
    return { kind: 'later', reason: 'its answer is not the vendor’s', afterMs: 0 };
  }
  if (code === 0) return TAKEN;
  const said = codes.textFields.map((name) => body?.[name]).find((value) => typeof value === 'string');
  const reason = `${code}${said === undefined || said === '' ? '' : `: ${said}`}`;
  if (codes.refused.has(code)) return { kind: 'refused', reason };
  const silentMs = codes.tooMany.get(code) ?? 0;
  return { kind: 'later', reason, afterMs: Math.max(silentMs, waitOf(answer.retryAfter, nowMs)) };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
