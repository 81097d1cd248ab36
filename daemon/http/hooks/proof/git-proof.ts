// How the hooks of each git host prove where they come from: which header, and what it must hold.
import { createHmac } from 'node:crypto';
import { verify } from '@octokit/webhooks-methods';
import type { GitHost, HooksConfig } from '../../../config/sections/hooks-schema.ts';
import { headerOf, type HookRequest } from '../hook.ts';
import { isSameSecret } from './same-secret.ts';
import { isStandardSigned } from './standard-webhooks.ts';

type GitHookSettings = NonNullable<HooksConfig['git']>;

interface HostProof {
  /** In lower case. */
  readonly header: string;
  readonly holds: (value: string, secret: string, by: ProvenBy) => boolean | Promise<boolean>;
}

interface ProvenBy {
  readonly request: HookRequest;
  readonly nowMs: number;
}

/** Gitee's own bound: its signature covers nothing but the time. */
const GITEE_TOLERANCE_MS = 3_600_000;

const isToken: HostProof['holds'] = (value, secret) => isSameSecret(value, secret);

/** `sha256=` and the HMAC of the body in hex. */
const isHubSigned: HostProof['holds'] = async (value, secret, { request: { body } }) =>
  // The library throws on what is empty.
  value !== '' && body.length > 0 && (await verify(secret, body.toString('utf8'), value));

/** The HMAC of the body in hex, and nothing else. */
const isBareSigned: HostProof['holds'] = (value, ...rest) => isHubSigned(`sha256=${value}`, ...rest);

/** A password as it is, or a signature of the time that comes along. */
const isGitee: HostProof['holds'] = (value, secret, { request: { headers }, nowMs }) => {
  const timestamp = headerOf(headers, 'x-gitee-timestamp') ?? '';
  const digest = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  const isInTime = /^\d{1,15}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp)) <= GITEE_TOLERANCE_MS;
  return isSameSecret(value, secret) || (isSameSecret(value, digest) && isInTime);
};

const PROOFS: Readonly<Record<Exclude<GitHost, 'generic'>, readonly HostProof[]>> = {
  github: [{ header: 'x-hub-signature-256', holds: isHubSigned }],
  gitea: [{ header: 'x-gitea-signature', holds: isBareSigned }],
  forgejo: [
    { header: 'x-forgejo-signature', holds: isBareSigned },
    { header: 'x-gitea-signature', holds: isBareSigned },
  ],
  gitlab: [
    {
      header: 'webhook-signature',
      holds: (signatures, secret, { request, nowMs }) =>
        isStandardSigned(request, secret, { signatures, nowMs }),
    },
    { header: 'x-gitlab-token', holds: isToken },
  ],
  gitee: [{ header: 'x-gitee-token', holds: isGitee }],
  codeup: [{ header: 'x-codeup-token', holds: isToken }],
};

/**
 * Whether one of the proofs that the config takes is there and holds. A proof of another host does not count, even if it
 * holds: the config names the hosts.
 */
export async function judgeProof(
  settings: GitHookSettings,
  secret: string,
  by: ProvenBy,
): Promise<'proven' | 'no-proof' | 'wrong-proof'> {
  const given = proofsOf(settings).flatMap(({ header, holds }) => {
    const value = headerOf(by.request.headers, header);
    return value === null ? [] : [{ value, holds }];
  });
  for (const { value, holds } of given) {
    if (await holds(value, secret, by)) return 'proven';
  }
  return given.length === 0 ? 'no-proof' : 'wrong-proof';
}

function proofsOf({ provider, header, proof }: GitHookSettings): readonly HostProof[] {
  if (provider === undefined) return Object.values(PROOFS).flat();
  if (provider !== 'generic') return PROOFS[provider];
  return header === undefined ? [] : [{ header, holds: proof === 'token' ? isToken : isEitherSigned }];
}

const isEitherSigned: HostProof['holds'] = (value, ...rest) =>
  value.startsWith('sha256=') ? isHubSigned(value, ...rest) : isBareSigned(value, ...rest);
