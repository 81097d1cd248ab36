// Decides who a call comes from, in the gateway's order: what must be there, whose key, when, the signature, and
// last (only for a request that is proven to be its owner's) whether it was seen before.
import type { Credential } from './credentials.ts';
import { Nonces } from './nonces.ts';
import { invalid, missing, reject } from './refusals.ts';
import type { ApiRequest, Signed } from '../wire/request.ts';
import { checkSignature } from '../wire/signature.ts';

const MAX_SKEW_MS = 15 * 60_000;
/** A request may be stamped 15 minutes ahead and stays in time for 15 minutes after that. */
const NONCE_LIMITS = { windowMs: 2 * MAX_SKEW_MS, capacity: 50_000 };
const MAX_NONCE_LENGTH = 128;

export class Authenticator {
  readonly #keys: ReadonlyMap<string, Credential>;
  readonly #nonces = new Nonces(NONCE_LIMITS);

  constructor(keys: ReadonlyMap<string, Credential>) {
    this.#keys = keys;
  }

  /** The key that signed the request; throws an ApiError if it is not in order. */
  authenticate(request: ApiRequest, nowMs: number): Credential {
    const { accessKeyId, nonce, timestamp } = requireParts(request);
    const credential = this.#keys.get(accessKeyId);
    if (credential === undefined) throw reject('InvalidAccessKeyId.NotFound');
    if (credential.inactive) throw reject('InvalidAccessKeyId.Inactive');
    if (Math.abs(parseTimestamp(timestamp) - nowMs) > MAX_SKEW_MS) throw reject('InvalidTimeStamp.Expired');
    checkSecurityToken(credential, request.signed);
    checkSignature(request, credential.accessKeySecret);
    if (!this.#nonces.use(`${accessKeyId} ${nonce}`, nowMs)) throw reject('SignatureNonceUsed');
    return credential;
  }
}

function requireParts({ signed, sent }: ApiRequest) {
  const { accessKeyId, nonce, timestamp, signature } = signed;
  if (!given(accessKeyId)) throw missing('AccessKeyId');
  if (signed.scheme === 'V1') checkSchemeV1(sent);
  if (!given(timestamp)) throw missing('Timestamp');
  if (!given(nonce)) throw missing('SignatureNonce');
  if (nonce.length > MAX_NONCE_LENGTH) throw invalid('SignatureNonce');
  if (!given(signature)) throw missing('Signature');
  return { accessKeyId, nonce, timestamp };
}

function given(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function checkSchemeV1(sent: ReadonlyMap<string, string>): void {
  const method = sent.get('SignatureMethod');
  const version = sent.get('SignatureVersion');
  if (!given(method)) throw missing('SignatureMethod');
  if (!given(version)) throw missing('SignatureVersion');
  if (method !== 'HMAC-SHA1') throw reject('InvalidSignatureMethod');
  if (version !== '1.0') throw invalid('SignatureVersion');
}

/** Unix milliseconds of `yyyy-MM-ddTHH:mm:ssZ`. */
function parseTimestamp(text: string): number {
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  // A day such as February 30 is read as one in March.
  const isDate = !Number.isNaN(timeMs) && new Date(timeMs).toISOString() === text.replace('Z', '.000Z');
  if (!isDate) throw reject('InvalidTimeStamp.Format');
  return timeMs;
}

function checkSecurityToken(credential: Credential, { securityToken }: Signed): void {
  if (credential.securityToken === undefined) {
    if (securityToken !== undefined) throw reject('InvalidSecurityToken.MismatchWithAccessKey');
    return;
  }
  if (!given(securityToken)) throw missing('SecurityToken');
  if (securityToken !== credential.securityToken) throw reject('InvalidSecurityToken.MismatchWithAccessKey');
}
