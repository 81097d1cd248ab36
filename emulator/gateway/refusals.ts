// The gateway's refusals, each with the vendor's code and HTTP status.
// Source: the common client error codes of the vendor's API platform (help pages on common parameters and errors);
// statuses differ between its pages, and these are the ones of the platform-wide table.
import { ApiError } from '../action.ts';

/** A refusal with more to it than status, code and message. */
export class Refusal extends ApiError {
  /** Milliseconds, for the header x-acs-retry-after. */
  readonly retryAfterMs: number | undefined;
  /** Which permission is missing, for the field AccessDeniedDetail. */
  readonly deniedDetail: Readonly<Record<string, string>> | undefined;

  constructor(
    error: { status: number; code: string; message: string },
    more: { retryAfterMs?: number; deniedDetail?: Readonly<Record<string, string>> },
  ) {
    super(error.status, error.code, error.message);
    this.retryAfterMs = more.retryAfterMs;
    this.deniedDetail = more.deniedDetail;
  }
}

export const unsupportedMethod = (method: string) =>
  new ApiError(400, 'UnsupportedHTTPMethod', `Method ${method} is not supported; use GET or POST.`);

/** Not in the vendor's tables, which give no limit for a request. */
export const bodyTooLarge = (limitBytes: number) =>
  new ApiError(413, 'RequestBodyTooLarge', `The request body is larger than ${limitBytes} bytes.`);

export const apiNotFound = () =>
  new ApiError(404, 'InvalidApi.NotFound', 'Specified api is not found, please check your url and method.');

export const missing = (parameter: string) =>
  new ApiError(400, `Missing${parameter}`, `${parameter} is mandatory for this action.`);

export const invalid = (parameter: string) =>
  new ApiError(400, `Invalid${parameter}`, `Specified parameter ${parameter} is not valid.`);

export const malformedRequest = (why: string) =>
  new ApiError(400, 'InvalidParameter', `The specified parameter is not valid: ${why}`);

export const invalidFormat = () =>
  new ApiError(400, 'InvalidParameter.Format', 'Specified parameter format is not valid.');

export const invalidSignatureMethod = () =>
  new ApiError(400, 'InvalidSignatureMethod', 'Specified signature method is not valid.');

export const incompleteSignature = (why: string) =>
  new ApiError(400, 'IncompleteSignature', `The request signature does not conform to the standards: ${why}`);

export const signatureMismatch = (stringToSign: string) =>
  new ApiError(
    400,
    'SignatureDoesNotMatch',
    `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`,
  );

export const unknownAccessKey = () =>
  new ApiError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');

export const inactiveAccessKey = () =>
  new ApiError(400, 'InvalidAccessKeyId.Inactive', 'Specified access key is disabled.');

export const badTimestamp = () =>
  new ApiError(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');

export const expiredTimestamp = () =>
  new ApiError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');

export const usedNonce = () =>
  new ApiError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');

export const wrongSecurityToken = () =>
  new ApiError(
    400,
    'InvalidSecurityToken.MismatchWithAccessKey',
    'Specified SecurityToken mismatch with the AccessKey.',
  );

export const idempotentMismatch = () =>
  new ApiError(
    400,
    'IdempotentParameterMismatch',
    'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests.',
  );

export const idempotentProcessing = () =>
  new ApiError(403, 'IdempotentProcessing', 'The previous idempotent request(s) is still processing.');

export const throttledUser = (retryAfterMs: number) =>
  new Refusal(
    { status: 400, code: 'Throttling.User', message: 'Request was denied due to user flow control.' },
    { retryAfterMs },
  );
