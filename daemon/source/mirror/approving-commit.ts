// A commit may approve the policies that it leads to: an empty one or a merge, whose message ends with
// `Rampart-Approve: HASH`. That is the word of another person than the one who made the change, so both must have signed.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { runGit } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';
import type { CommitApproval } from '../source.ts';
import type { ChoosePorts, Chosen } from './choose.ts';
import { treeId, type CommitPath } from './commit-policies.ts';

/** Beyond this the change is too large to be told who made it. */
const MAX_CHANGE = 64;

/** What the commit approves; null: nothing, or not by a word that counts. */
export async function approvalIn(
  { id }: Chosen,
  inForce: CommitFacts | null,
  ports: ChoosePorts,
): Promise<CommitApproval | null> {
  const { git, mirror } = ports;
  const { mode } = git.verify;
  if (inForce === null || mode === 'none') return null;
  const { place } = mirror;
  const hash = await treeId({ commit: id, path: git.path }, place);
  if (hash === null || !(await trailersOf(id, place)).includes(hash)) return null;
  // Of a history that was rewritten, or a tag beside it, an old approving commit could be the newest once more.
  if (!(await runGit(['merge-base', '--is-ancestor', inForce.id, id], place)).ok) return null;
  const change = await gitLines(
    ['rev-list', `--max-count=${MAX_CHANGE + 1}`, `${id}^@`, `^${inForce.id}`, '--'],
    place,
  );
  if (change === null || change.length > MAX_CHANGE) return null;
  if (!(await bringsNothing({ commit: id, path: git.path }, change, place))) return null;
  const changers = await changersOf(change, ports);
  const approvers = changers === null ? [] : await signersOf(id, ports);
  const by = approvers.find((person) => changers?.has(person) === false);
  return by === undefined ? null : { hash, commit: id, by };
}

/** All who signed one of these commits; null if one has no signer: whoever made it could be the one who approves it. */
async function changersOf(
  change: readonly string[],
  ports: ChoosePorts,
): Promise<ReadonlySet<string> | null> {
  const changers = new Set<string>();
  for (const commit of change) {
    const people = await signersOf(commit, ports);
    if (people.length === 0) return null;
    for (const person of people) changers.add(person);
  }
  return changers;
}

const trailersOf = async (commit: string, place: GitPlace): Promise<readonly string[]> =>
  (await gitLines(
    ['log', '-1', '--format=%(trailers:key=Rampart-Approve,valueonly)', commit, '--'],
    place,
  )) ?? [];

/**
 * A commit whose files are those of its only parent, or a merge whose policies are those of a commit that it approves: one
 * that puts something else together, or goes back to what was before, is a change of its own.
 */
async function bringsNothing(
  { commit, path }: CommitPath,
  change: readonly string[],
  place: GitPlace,
): Promise<boolean> {
  const parents = (await gitLines(['rev-parse', `${commit}^@`], place)) ?? [];
  const compared = parents.length > 1 ? path : '';
  const tree = await treeId({ commit, path: compared }, place);
  for (const parent of parents.filter((id) => change.includes(id))) {
    if (tree !== null && (await treeId({ commit: parent, path: compared }, place)) === tree) return true;
  }
  return false;
}

/** People who signed this commit; none where that cannot be told. */
async function signersOf(
  commit: string,
  { git, mirror, verify, nowMs }: ChoosePorts,
): Promise<readonly string[]> {
  const verdict = await verify({
    repository: mirror.place.cwd,
    environment: mirror.place.environment,
    settings: { ...git.verify, mode: 'head', minSigners: 1, since: null },
    from: null,
    to: commit,
    tag: null,
    notBeforeMs: null,
    nowMs: nowMs(),
  });
  return verdict.kind === 'verified' ? verdict.signers : [];
}

async function gitLines(args: readonly string[], place: GitPlace): Promise<string[] | null> {
  const done = await runGit(args, place);
  if (!done.ok) return null;
  return done.value
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
