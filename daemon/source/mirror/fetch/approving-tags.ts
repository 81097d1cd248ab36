// Tags on the commits that may be taken: a person may have signed one as a second signer. They are kept in the mirror
// as long as the remote has them.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { GitSettings } from '../../../config/sections/git-schema.ts';
import type { GitFailure, GitRun } from '../../git/git.ts';

type RunGit = (args: readonly string[], run?: Partial<GitRun>) => Promise<Result<Buffer, GitFailure>>;

export interface TagFetch {
  readonly url: string;
  /** Runs git in the mirror. */
  readonly run: RunGit;
  /** What git needs to reach the remote. */
  readonly remote: Partial<GitRun>;
}

/** More tags on one commit are not looked at. */
const MAX_FETCHED_TAGS = 20;

/** Whether a tag can make a difference. */
export const mayBeApproved = ({ verify }: GitSettings): boolean =>
  verify.mode !== 'none' && (verify.minSigners > 1 || verify.platformKeys.length > 0);

/** Fetches the tags of these commits, and forgets those that the remote no longer has there, but for some refs. */
export async function fetchApprovingTags(
  { commits, refs: own }: { readonly commits: ReadonlySet<string>; readonly refs: ReadonlySet<string> },
  { url, run, remote }: TagFetch,
): Promise<Result<true, GitFailure>> {
  const listed = await run(['ls-remote', '--quiet', '--tags', '--', url], remote);
  if (!listed.ok) return listed;
  const there = new Map(linesOf(listed.value));
  const wanted = [...there].flatMap(([name, id]) => {
    const tag = name.slice(0, -PEELED.length);
    return name.endsWith(PEELED) && commits.has(id) ? [[tag, there.get(tag) ?? ''] as const] : [];
  });
  const known = await run(['for-each-ref', '--format=%(objectname)%09%(refname)', 'refs/tags']);
  if (!known.ok) return known;
  const here = new Map(linesOf(known.value));
  const kept = new Set([...own, ...wanted.map(([name]) => name)]);
  for (const name of here.keys()) {
    if (!kept.has(name)) await run(['update-ref', '-d', name]);
  }
  const missing = wanted
    .slice(0, MAX_FETCHED_TAGS)
    .filter(([name, id]) => !own.has(name) && here.get(name) !== id);
  if (missing.length === 0) return ok(true);
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  const refs = missing.map(([name]) => `+${name}:${name}`);
  const fetched = await run([...args, '--', url, ...refs], remote);
  return fetched.ok ? ok(true) : err(fetched.error);
}

const PEELED = '^{}';

/** Name and id of each line `ID<tab>NAME`. */
const linesOf = (listing: Buffer): Array<readonly [name: string, id: string]> =>
  listing
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, id = '', name = ''] = /^([0-9a-f]{40,64})\t(.+)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, id] as const];
    });
