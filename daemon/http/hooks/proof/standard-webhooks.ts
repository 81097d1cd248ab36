// Standard Webhooks 1.0 (https://www.standardwebhooks.com), as GitLab's signing tokens use it: an HMAC over id, time and
// body. The library of that name signs different bodies alike where their bytes are no UTF-8, and throws on headers that
// come twice.
import { createHmac } from 'node:crypto';
import { headerOf, type HookRequest } from '../hook.ts';
import { isSameSecret } from './same-secret.ts';

/** How far the sender's clock may be from ours, either way. */
const TOLERANCE_SECONDS = 300;

/** More in one header than any rotation of keys needs. */
const MOST_SIGNATURES = 10;

const KEY_PREFIX = 'whsec_';

/** `secret` is the signing token as the host shows it: `whsec_` and the key in base64. */
export function isStandardSigned(
  { headers, body }: HookRequest,
  secret: string,
  { signatures, nowMs }: { readonly signatures: string; readonly nowMs: number },
): boolean {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp') ?? '';
  if (id === null || !secret.startsWith(KEY_PREFIX) || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.slice(KEY_PREFIX.length), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return signatures.split(' ', MOST_SIGNATURES).some((signature) => isSameSecret(signature, `v1,${digest}`));
}
