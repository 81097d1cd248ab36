// Which merge brought which commit, and what a merge says of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { CommitObject } from '../objects/commit-object.ts';
import type { VerifyGit } from '../verify-git.ts';

/**
 * By the id of a commit, the merge on the way of first parents that brought it; commits on that way itself have none. A
 * merge elsewhere, such as one that brings a branch up to date, is no one's word for what it merges.
 */
export function mergesOf(commits: readonly CommitObject[], to: string): Map<string, CommitObject> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const seen = new Set<string>();
  const merges = new Map<string, CommitObject>();
  for (const commit of firstParents(byId, to)) {
    for (const id of reachable(byId, commit.parents.slice(1), seen)) merges.set(id, commit);
    seen.add(commit.id);
  }
  return merges;
}

/** The way of first parents to this commit, oldest first. */
function firstParents(byId: ReadonlyMap<string, CommitObject>, to: string): CommitObject[] {
  const way: CommitObject[] = [];
  for (let next = byId.get(to); next !== undefined; next = byId.get(next.parents[0] ?? '')) way.push(next);
  return way.reverse();
}

/** Which of these commits lead to one of the ids, but for those seen before; they are seen then. */
export function reachable(
  byId: ReadonlyMap<string, CommitObject>,
  ids: readonly string[],
  seen: Set<string>,
): string[] {
  const found: string[] = [];
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const commit = byId.get(id);
    if (commit === undefined || seen.has(id)) continue;
    seen.add(id);
    found.push(id);
    open.push(...commit.parents);
  }
  return found;
}

/** The tree that git makes of two commits by itself, or null if there are conflicts; an error says why that is unknown. */
export async function automaticTree(
  parents: readonly [string, string],
  {
    repository,
    git,
    folder,
  }: { readonly repository: string; readonly git: VerifyGit; readonly folder: string },
): Promise<Result<string | null, string>> {
  // The objects that git makes on the way do not belong into the mirror.
  const objects = await mkdtemp(path.join(folder, 'objects-'));
  const variables = {
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: path.join(path.resolve(repository), 'objects'),
  };
  const args = ['merge-tree', '--write-tree', '--no-messages', ...parents];
  const { kind, code, output, complaint } = await git.run(args, { variables });
  await rm(objects, { recursive: true, force: true });
  if (kind === null) return ok(output.toString('latin1').trim());
  const message = `is a merge, and git (2.38 or newer) could not say what of it is new: ${complaint || kind}`;
  return code === CONFLICTS ? ok(null) : err(message);
}

const CONFLICTS = 1;
