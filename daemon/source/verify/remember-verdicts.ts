// A commit that is held is looked at again at every poll. Nothing is verified twice while neither the question nor the
// files of keys nor the tags have changed; but now and then, since keys expire.
import { stat } from 'node:fs/promises';
import type { VerifySettings } from '../../config/sections/verify-schema.ts';
import { git } from '../git/git.ts';
import type { VerifyVerdict } from './verdict.ts';
import { NOTHING_FROM_OUTSIDE } from './verify-git.ts';
import type { VerifyRequest } from './verify.ts';

export type Verifier = (request: VerifyRequest) => Promise<VerifyVerdict>;

const KEEP_MS = 10 * 60_000;

/** The same verifier, with the last verdict remembered. */
export function rememberVerdicts(verify: Verifier): Verifier {
  let last: { readonly key: string; readonly verdict: VerifyVerdict; readonly atMs: number } | null = null;
  return async (request) => {
    if (request.settings.mode === 'none') return verify(request);
    const { nowMs } = request;
    const key = await questionKey(request);
    const isFresh = last?.key === key && Math.abs(nowMs - last.atMs) < KEEP_MS && isLasting(last.verdict);
    if (last !== null && isFresh) return last.verdict;
    const verdict = await verify(request);
    last = { key, verdict, atMs: nowMs };
    return verdict;
  };
}

/** What time, a deeper fetch or an installed program may change is asked again. */
const isLasting = (verdict: VerifyVerdict): boolean =>
  verdict.kind === 'verified' || (verdict.reason !== 'clock' && verdict.reason !== 'unreadable');

async function questionKey({ repository, environment, settings, ...asked }: VerifyRequest): Promise<string> {
  const { from, to, tag, notBeforeMs } = asked;
  const tags = await git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags'], {
    cwd: repository,
    environment,
    variables: { ...NOTHING_FROM_OUTSIDE, GIT_DIR: repository },
  });
  return JSON.stringify([
    from,
    to,
    tag,
    notBeforeMs,
    settings,
    tags?.toString('base64'),
    await stampsOf(settings),
  ]);
}

/** Changes whenever one of the files is written or replaced. */
function stampsOf({ allowedSigners, revocationFile, gpgKeyring }: VerifySettings): Promise<string[]> {
  const ring = gpgKeyring === null ? [] : [`${gpgKeyring}/pubring.kbx`, `${gpgKeyring}/pubring.gpg`];
  return Promise.all([allowedSigners ?? '', revocationFile ?? '', gpgKeyring ?? '', ...ring].map(stampOf));
}

async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mode, uid, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mode, uid, mtimeMs, ctimeMs].join();
  } catch {
    return 'none';
  }
}
