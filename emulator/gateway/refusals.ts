// The gateway's refusals, each with the vendor's code and HTTP status.
// Source: the common client error codes of the vendor's API platform (help pages on common parameters and errors);
// statuses differ between its pages, and these are the ones of the platform-wide table.
import { ApiError, type RefusalExtras } from '../action.ts';
import { errorOf, type Row } from '../actions/refusal-row.ts';

// prettier-ignore
const GATEWAY = {
  UnsupportedHTTPMethod: [400, 'Method %s is not supported; use GET or POST.'],
  RequestBodyTooLarge: [413, 'The request body is larger than %s bytes.'], // ours: the vendor gives no limit
  'InvalidApi.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  InvalidParameter: [400, 'The specified parameter is not valid: %s'],
  'InvalidParameter.Format': [400, 'Specified parameter format is not valid.'],
  InvalidSignatureMethod: [400, 'Specified signature method is not valid.'],
  IncompleteSignature: [400, 'The request signature does not conform to the standards: %s'],
  SignatureDoesNotMatch: [400, 'Specified signature is not matched with our calculation. server string to sign is:%s'],
  'InvalidAccessKeyId.NotFound': [404, 'Specified access key is not found.'],
  'InvalidAccessKeyId.Inactive': [400, 'Specified access key is disabled.'],
  'InvalidTimeStamp.Format': [400, 'Specified time stamp or date value is not well formatted.'],
  'InvalidTimeStamp.Expired': [400, 'Specified time stamp or date value is expired.'],
  SignatureNonceUsed: [400, 'Specified signature nonce was used already.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [400, 'Specified SecurityToken mismatch with the AccessKey.'],
  IdempotentParameterMismatch: [400, 'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests.'],
  IdempotentProcessing: [403, 'The previous idempotent request(s) is still processing.'],
  'Throttling.User': [400, 'Request was denied due to user flow control.'],
  'Forbidden.RAM': [403, "User not authorized to operate on the specified resource, or this API doesn't support RAM. Missing permission: %s."],
  NoPermission: [403, 'You are not authorized to do this action. Missing permission: %s.'], // ActionTrail's; the words are ours
  'RAM.PERMISSION.DENIED': [400, 'You do not have access.'], // Quota Center's, by its page of error codes
  InternalError: [500, 'The request processing has failed due to some unknown error.'],
} as const satisfies Record<string, Row>;

/** @param subject what takes the place of `%s` in the message */
export const reject = (name: keyof typeof GATEWAY, subject = '', extras?: RefusalExtras): ApiError =>
  errorOf(name, GATEWAY[name], subject, extras);

export const missing = (parameter: string) =>
  new ApiError(400, `Missing${parameter}`, `${parameter} is mandatory for this action.`);

export const invalid = (parameter: string) =>
  new ApiError(400, `Invalid${parameter}`, `Specified parameter ${parameter} is not valid.`);
