// A mirror that is damaged, or was never there, is made again beside the old one, and takes its place when it is complete.
import { rm } from 'node:fs/promises';
import { ok, type Result } from '../../../../reconciler/model/result.ts';
import { boundedFetch, fetchFailure, type Fetch } from './bounded-fetch.ts';
import { freshRepository, replaceRepository } from './mirror-folder.ts';
import type { MirrorGit } from './mirror-git.ts';

/** The commit in force, which is kept whatever becomes of it at the remote. */
export const IN_FORCE = 'refs/rampart/in-force';

/** A fetch of this ref, which HEAD then leads to. */
export async function fetchAsHead(
  git: MirrorGit,
  name: string,
  fetch: Omit<Fetch, 'refspec'>,
): ReturnType<typeof boundedFetch> {
  const fetched = await boundedFetch(git, { ...fetch, refspec: `+${name}:${name}` });
  if (fetched.ok) await git.run(['symbolic-ref', 'HEAD', name], { cwd: fetch.repository });
  return fetched;
}

/** Into a new repository. */
export async function makeAgain(
  git: MirrorGit,
  name: string,
  variables: Record<string, string>,
): Promise<Result<true, string>> {
  const fresh = freshRepository(git.folder);
  await rm(fresh, { recursive: true, force: true });
  const made = await git.run(['init', '--quiet', '--bare', '--template=', '--', fresh], {
    cwd: git.folder.folder,
  });
  if (!made.ok) return fetchFailure(made.error, git);
  const fetched = await fetchAsHead(git, name, { repository: fresh, depth: '--depth=1', variables });
  if (!fetched.ok) return fetchFailure(fetched.error, git);
  await rescue(git, fresh);
  await replaceRepository(git.folder, fresh);
  return ok(true);
}

/** The commit in force, which the remote may no longer have. */
async function rescue(git: MirrorGit, fresh: string): Promise<void> {
  const args = ['fetch', '--quiet', '--no-tags', '--update-shallow', '--depth=1', '--no-write-fetch-head'];
  await git.run([...args, '--', git.folder.repository, `+${IN_FORCE}:${IN_FORCE}`], {
    cwd: fresh,
    variables: { ...git.place.variables, GIT_ALLOW_PROTOCOL: 'file' },
    timeoutMs: git.bounds.fetchSeconds * 1000,
  });
}
