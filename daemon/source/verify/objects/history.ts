// Which commits are new, by the objects themselves. A parent that is neither among them nor known to be older is a cut of
// a shallow history, and what lies behind it is unknown.
import { ok } from '../../../../reconciler/model/result.ts';
import { cutShort, held, shortId, type OrHeld } from '../verdict.ts';
import type { VerifyGit } from '../verify-git.ts';
import { readCommitObject, type CommitObject } from './commit-object.ts';
import { readObjects } from './read-objects.ts';

/** Commits to verify, and the ones around them that give them their place in time. */
export interface History {
  /** To verify; every one after its parents. */
  readonly commits: readonly CommitObject[];
  /** Those, and their parents. */
  readonly byId: ReadonlyMap<string, CommitObject>;
  /** Ids of parents that need no verification: they lie before what is verified. */
  readonly trusted: ReadonlySet<string>;
}

/** Of all that one question may look at. */
const MAX_COMMITS = 5000;

/** The commits that `to` brings and `from` has not; none if `from` builds on `to`. */
export async function readRange(git: VerifyGit, from: string, to: string): Promise<OrHeld<History>> {
  const list = ['rev-list', '--topo-order', '--reverse', '--boundary', `--max-count=${MAX_COMMITS + 1}`];
  const { kind, output, complaint } = await git.run([...list, to, `^${from}`, '--']);
  if (kind !== null) {
    const message = `git could not list the commits from ${shortId(from)} to ${shortId(to)}: ${complaint || kind}`;
    return held(to, 'unreadable', message);
  }
  const lines = output.toString('latin1').split('\n').filter(Boolean);
  const listed = lines.filter((line) => !line.startsWith('-'));
  const older = new Set(lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1)));
  if (listed.length > MAX_COMMITS) {
    const message = `more than ${MAX_COMMITS} commits lie between ${shortId(from)} and ${shortId(to)}: push fewer at once`;
    return held(to, 'unreadable', message);
  }
  const read = await readCommits(git, [...listed, ...older]);
  if (!read.ok) return read;
  const byId = new Map(read.value.map((commit) => [commit.id, commit]));
  const commits = read.value.slice(0, listed.length);
  for (const { id, parents } of commits) {
    const missing = parents.find((parent) => !byId.has(parent));
    if (missing !== undefined) return cutShort(id, missing);
  }
  return ok({ commits, byId, trusted: older });
}

/** These commits and nothing between them, with their parents. */
export async function readAround(git: VerifyGit, ids: readonly string[]): Promise<OrHeld<History>> {
  const commits = await readCommits(git, ids);
  if (!commits.ok) return commits;
  const parents = new Set(commits.value.flatMap((commit) => commit.parents));
  const around = await readCommits(
    git,
    [...parents].filter((id) => !ids.includes(id)),
    ids.at(-1),
  );
  if (!around.ok) return around;
  const byId = new Map([...around.value, ...commits.value].map((commit) => [commit.id, commit]));
  return ok({ commits: commits.value, byId, trusted: new Set() });
}

/** In the order of the ids. A commit that is missing is told of the child that leads to it, where there is one. */
async function readCommits(
  git: VerifyGit,
  ids: readonly string[],
  child?: string,
): Promise<OrHeld<CommitObject[]>> {
  const objects = await readObjects(git, ids);
  const commits: CommitObject[] = [];
  for (const id of ids) {
    const object = objects?.get(id);
    if (object === undefined) return held(child ?? id, 'unreadable', 'git could not read the commits');
    if (object.kind === 'missing') return cutShort(child ?? id, id);
    const isRead = object.kind === 'read' && object.type === 'commit';
    const commit = isRead ? readCommitObject(id, object.bytes) : null;
    if (commit === null) {
      const why =
        object.kind === 'damaged' ? 'is damaged in the mirror' : 'is not written as git writes commits';
      return held(id, 'unreadable', `commit ${shortId(id)} ${why}`);
    }
    commits.push(commit);
  }
  return ok(commits);
}
