// A client's half of the vendor's two signatures, written from its documentation alone: the emulator's own code is
// not used, so the two can disagree.
import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../../emulator/wire/wire.ts';

export interface SigningKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export const EMULATOR_KEY: SigningKey = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };

export interface SigningOptions {
  readonly key: SigningKey;
  readonly nowMs: number;
  readonly nonce: string;
  readonly method?: 'GET' | 'POST';
  /** V1: where the parameters stand. Default: the form of a POST, the query of a GET. */
  readonly place?: 'query' | 'form';
}

export type Parameters = Readonly<Record<string, string>>;

/** What each byte becomes: as documented, only letters, digits and -_.~ stay. */
const ENCODED_BYTES = Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  const escape = `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return /[A-Za-z0-9\-_.~]/.test(letter) ? letter : escape;
});

export function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) encoded += ENCODED_BYTES[byte] ?? '';
  return encoded;
}

export function queryOf(parameters: Parameters): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters[name] ?? '')}`)
    .join('&');
}

export function timestampOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

/** All parameters of a V1 call but its signature. */
export function publicParameters(
  action: string,
  parameters: Parameters,
  options: SigningOptions,
): Parameters {
  const { key, nowMs, nonce } = options;
  return {
    AccessKeyId: key.accessKeyId,
    Action: action,
    Format: 'JSON',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: nonce,
    SignatureVersion: '1.0',
    Timestamp: timestampOf(nowMs),
    Version: '2014-05-26',
    ...(key.securityToken === undefined ? {} : { SecurityToken: key.securityToken }),
    ...parameters,
  };
}

export function signV1(method: string, parameters: Parameters, secret: string): string {
  const text = `${method}&%2F&${percentEncode(queryOf(parameters))}`;
  return createHmac('sha1', `${secret}&`).update(text).digest('base64');
}

export function requestV1(action: string, parameters: Parameters, options: SigningOptions): WireRequest {
  const method = options.method ?? 'POST';
  const place = options.place ?? (method === 'POST' ? 'form' : 'query');
  const unsigned = publicParameters(action, parameters, options);
  const signed = queryOf({ ...unsigned, Signature: signV1(method, unsigned, options.key.accessKeySecret) });
  return {
    method,
    target: place === 'query' ? `/?${signed}` : '/',
    headers: { host: 'ecs.test', 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(place === 'form' ? signed : ''),
    remoteAddress: '127.0.0.1',
  };
}

export function requestV3(action: string, parameters: Parameters, options: SigningOptions): WireRequest {
  const { key, nowMs, nonce, method = 'POST' } = options;
  const headers: Record<string, string> = {
    host: 'ecs.test',
    'x-acs-action': action,
    'x-acs-content-sha256': createHash('sha256').update('').digest('hex'),
    'x-acs-date': timestampOf(nowMs),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': '2014-05-26',
    ...(key.securityToken === undefined ? {} : { 'x-acs-security-token': key.securityToken }),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    '/',
    queryOf(parameters),
    names.map((name) => `${name}:${headers[name] ?? ''}\n`).join(''),
    names.join(';'),
    headers['x-acs-content-sha256'],
  ].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', key.accessKeySecret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return {
    method,
    target: `/?${queryOf(parameters)}`,
    headers: { ...headers, authorization },
    body: Buffer.alloc(0),
    remoteAddress: '127.0.0.1',
  };
}
