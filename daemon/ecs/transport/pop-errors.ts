// What pop-core throws, read. It throws an Error with the whole answer for an error code of the vendor, plain
// objects for what is not JSON, and the errors of Node and httpx with the URL glued to their messages.
import { z } from 'zod';
import { scrub } from '../../telemetry/redact.ts';
import type { CredentialsProblem } from '../credentials/credentials.ts';
import type { OwnCode } from '../failures/failure-table.ts';
import { AnswerTooLong, MAX_ANSWER_BYTES } from './bounded-agent.ts';
import { connectionErrorCode, neverConnected } from './network-error.ts';
import type { RefusedAnswer, TransportAnswer } from './transport.ts';

/** What the vendor's own SDK waits at most. Source: npm `@darabonba/typescript` 1.0.5. */
const MAX_RETRY_AFTER_MS = 120_000;

/** Carries a problem of the credentials through pop-core, which asks for them in the middle of a call. */
/** Nothing was sent, since it was not allowed any more. */
export class MayNotBegin extends Error {
  override readonly name = 'MayNotBegin';
}

export const LEASE_LOST = "the lease of the group's shard has run out or was lost: nothing was sent";

export class WithoutCredentials extends Error {
  readonly problem: CredentialsProblem;

  constructor(problem: CredentialsProblem) {
    super(problem.message);
    this.name = 'WithoutCredentials';
    this.problem = problem;
  }
}

export const failedAnswer = (code: OwnCode, message: string): TransportAnswer => ({
  kind: 'failed',
  code,
  message,
});

/** What pop-core shows of the HTTP exchange. */
export const exchangeSchema = z.object({
  response: z.object({
    statusCode: z.number(),
    headers: z.object({ 'x-acs-retry-after': z.string().optional() }),
  }),
});

const refusalSchema = z.object({
  data: z.object({
    Code: z.union([z.string(), z.number()]).transform(String).catch('UnreadableCode'),
    Message: z.string().catch(''),
    RequestId: z.string().nullable().catch(null),
    AccessDeniedDetail: z.object({ AuthAction: z.string() }).nullable().catch(null),
  }),
  entry: exchangeSchema,
});

/** Reads the error that pop-core makes of an answer with an error code; null for every other error. */
export function refusalOf(error: unknown, secrets: readonly string[]): RefusedAnswer | null {
  const parsed = refusalSchema.safeParse(error);
  if (!parsed.success) return null;
  const { data, entry } = parsed.data;
  return {
    kind: 'refused',
    status: entry.response.statusCode,
    code: scrub(data.Code, secrets),
    message: scrub(data.Message, secrets),
    requestId: data.RequestId === null ? null : scrub(data.RequestId, secrets),
    retryAfterMs: readRetryAfter(entry.response.headers['x-acs-retry-after']),
    missingAction:
      data.AccessDeniedDetail === null ? null : scrub(data.AccessDeniedDetail.AuthAction, secrets),
  };
}

/** Milliseconds, though the standard header of a like name has seconds. Source: npm `@alicloud/openapi-core` 1.0.8. */
function readRetryAfter(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null;
  return Math.min(Number(text), MAX_RETRY_AFTER_MS);
}

const UNTRUSTED =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECODE)|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/;
const TLS = /^(EPROTO$|ERR_SSL_|ERR_TLS_)/;

/** Names what went wrong in our own words: the library's would show URLs. Unknown errors are bugs and thrown. */
export function failureOf(error: unknown, endpoint: string): TransportAnswer {
  if (error instanceof MayNotBegin) return failedAnswer('Transport.LeaseLost', LEASE_LOST);
  if (error instanceof WithoutCredentials) return failedAnswer(error.problem.code, error.problem.message);
  if (error instanceof AnswerTooLong) return failedAnswer('Transport.TooLong', tooLongText(endpoint));
  const instead = notJson(error);
  if (instead !== null) return failedAnswer('Transport.NotJson', `${endpoint} answered with ${instead}`);
  const code = connectionErrorCode(error);
  if (neverConnected(error)) {
    return failedAnswer(
      code === 'ENOTFOUND' ? 'Transport.UnknownHost' : 'Transport.NotConnected',
      `no connection to ${endpoint} (${code ?? 'unknown reason'})`,
    );
  }
  if (code === null) throw error;
  if (code === 'timeout')
    return failedAnswer('Transport.Timeout', `no whole answer from ${endpoint} in time`);
  if (UNTRUSTED.test(code)) {
    return failedAnswer(
      'Transport.UntrustedCertificate',
      `the certificate of ${endpoint} is not trusted (${code})`,
    );
  }
  if (TLS.test(code)) return failedAnswer('Transport.TlsFailed', `TLS with ${endpoint} failed (${code})`);
  return failedAnswer('Transport.ConnectionLost', `the connection to ${endpoint} broke (${code})`);
}

const tooLongText = (endpoint: string): string =>
  `${endpoint} answered with more than ${MAX_ANSWER_BYTES / 1024 ** 2} MiB, of which the rest was not read: the vendor ` +
  'sends no such answer, so look at `endpoint` of the account and at proxies on the way';

const syntaxErrorSchema = z.object({ name: z.literal('SyntaxError'), text: z.string() });

/**
 * What came instead of JSON, without quoting it: it may echo the request. Null if the error is another one.
 * json-bigint throws plain objects; an answer `null`, or a code that is an object, trips pop-core itself; an
 * answer that is nested too deep overflows the stack.
 */
function notJson(error: unknown): string | null {
  const parsed = syntaxErrorSchema.safeParse(error);
  if (parsed.success) {
    const text = parsed.data.text.trim();
    if (text === '') return 'nothing';
    return `${text.length} characters of ${text.startsWith('<') ? 'HTML or XML' : 'text that is not JSON'}`;
  }
  const bare = error instanceof TypeError || error instanceof RangeError;
  return bare && connectionErrorCode(error) === null ? 'JSON of another shape' : null;
}
