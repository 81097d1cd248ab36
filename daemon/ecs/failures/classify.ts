// From an error code to the next move. The table is in failure-table.ts.
import { OPERATIONS, type Operation } from '../../../reconciler/model/operation.ts';
import { scrub } from '../../telemetry/redact.ts';
import { makeFailure, type Failure, type FailureKind } from './failure.ts';
import { FAILURE_FAMILIES, FAILURE_ROWS, type FailureRow, type OwnCode } from './failure-table.ts';
import type { VendorRefusal } from '../transport/transport.ts';

/** The call that failed: some codes mean different things to different operations. */
export interface FailedCall {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

type CodeMeaning = Omit<FailureRow, 'code'>;

const BY_CODE: ReadonlyMap<string, FailureRow> = new Map(FAILURE_ROWS.map((row) => [row.code, row]));

/** The failure behind an error answer of the vendor. */
export function refusalFailure(refusal: VendorRefusal, call: FailedCall): Failure {
  const meaning = meaningOf(refusal.code, refusal.status);
  const action = refusal.missingAction ?? `ecs:${call.operation}`;
  const hint = meaning.ram === true ? `allow ${action} to this identity in RAM` : meaning.hint;
  return makeFailure({
    kind: kindFor(meaning, call),
    code: refusal.code,
    message: withHint(scrub(refusal.message), hint),
    requestId: refusal.requestId,
    httpStatus: refusal.status,
    retryAfterMs: refusal.retryAfterMs,
  });
}

/** The failure behind one of our own codes. */
export function ownFailure(code: OwnCode, message: string, call: FailedCall, httpStatus?: number): Failure {
  const meaning = meaningOf(code, null);
  return makeFailure({
    kind: kindFor(meaning, call),
    code,
    message: withHint(scrub(message), meaning.hint),
    httpStatus: httpStatus ?? null,
  });
}

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message} (${hint})`;

function meaningOf(code: string, status: number | null): CodeMeaning {
  const row = BY_CODE.get(code) ?? FAILURE_FAMILIES.find(({ pattern }) => pattern.test(code));
  if (row === undefined) return { kind: kindByStatus(status), source: 'HTTP status' };
  // The vendor promises nothing about a 5xx, whatever its unknown code sounds like.
  const surprising = !BY_CODE.has(code) && row.kind === 'rejected' && (status ?? 0) >= 500;
  return surprising ? { ...row, kind: 'unknown' } : row;
}

/** For codes that the table does not know. */
function kindByStatus(status: number | null): FailureKind {
  switch (status) {
    case 401:
    case 403:
      return 'denied';
    case 408:
      return 'unknown';
    case 409:
      return 'retry';
    case 429:
      return 'throttled';
    default:
      return status !== null && status >= 400 && status < 500 ? 'rejected' : 'unknown';
  }
}

function kindFor(meaning: CodeMeaning, call: FailedCall): FailureKind {
  if (OPERATIONS[call.operation].effect === 'reads') return READ_KINDS[meaning.kind] ?? meaning.kind;
  return meaning.gone === true && revokesOneRule(call) ? 'done' : meaning.kind;
}

/** A read has no effect that could be unknown, and no plan that could be stale. */
const READ_KINDS: Readonly<Partial<Record<FailureKind, FailureKind>>> = {
  unknown: 'retry',
  replan: 'rejected',
};

/** With several ids in one call the answer does not say whether the others were revoked: that needs another read. */
function revokesOneRule(call: FailedCall): boolean {
  return OPERATIONS[call.operation].verb === 'revoke' && !('SecurityGroupRuleId.2' in call.params);
}
