// The vendor's two signatures, computed from a request as it arrived.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalQuery, encode } from './parameters.ts';
import { reject } from '../gateway/refusals.ts';
import type { ApiRequest } from './request.ts';
import { headerOf, type WireRequest } from './wire.ts';

/** Throws an ApiError unless the request was signed with this secret. */
export function checkSignature(request: ApiRequest, secret: string): void {
  const { scheme, signature } = request.signed;
  const expected = scheme === 'V1' ? signatureV1(request, secret) : signatureV3(request, secret);
  if (!equal(signature ?? '', expected)) {
    throw reject(
      'SignatureDoesNotMatch',
      scheme === 'V1' ? stringToSignV1(request, '***') : stringToSignV3(request),
    );
  }
}

function equal(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

function signatureV1(request: ApiRequest, secret: string): string {
  const text = stringToSignV1(request, request.signed.securityToken);
  return createHmac('sha1', `${secret}&`).update(text).digest('base64');
}

/** With `securityToken` in place of the one that was sent, so that no error message carries it. */
function stringToSignV1({ wire, sent }: ApiRequest, securityToken: string | undefined): string {
  const signed = new Map(sent);
  signed.delete('Signature');
  if (securityToken !== undefined && sent.has('SecurityToken')) signed.set('SecurityToken', securityToken);
  return `${wire.method}&${encode('/')}&${encode(canonicalQuery(signed))}`;
}

function signatureV3(request: ApiRequest, secret: string): string {
  const { wire } = request;
  if (headerOf(wire, 'x-acs-content-sha256') !== payloadHash(wire)) {
    throw reject('SignatureDoesNotMatch', stringToSignV3(request));
  }
  return createHmac('sha256', secret).update(stringToSignV3(request)).digest('hex');
}

function stringToSignV3(request: ApiRequest): string {
  const { wire, query, signed } = request;
  const names = signed.signedHeaders.split(';');
  requireSigned(names, signed.securityToken !== undefined);
  const canonical = [
    wire.method,
    '/',
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headerOf(wire, name) ?? '').trim()}`),
    '',
    signed.signedHeaders,
    payloadHash(wire),
  ].join('\n');
  return `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
}

/** What the gateway acts on must be covered by the signature, or anyone on the way could change it. */
function requireSigned(names: readonly string[], hasToken: boolean): void {
  const required = ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce'];
  required.push('x-acs-version', ...(hasToken ? ['x-acs-security-token'] : []));
  const unsigned = required.filter((name) => !names.includes(name));
  if (unsigned.length > 0) throw reject('IncompleteSignature', `SignedHeaders lacks ${unsigned.join(', ')}.`);
}

const payloadHash = ({ body }: WireRequest): string => sha256(body === 'tooLarge' ? '' : body);

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
