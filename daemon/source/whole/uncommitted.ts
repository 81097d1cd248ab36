// `policies.requireClean`: nothing but what a commit holds comes into force.
import type { Problem } from '../../../reconciler/model/problem.ts';
import { unreadable, type LoadedPolicies } from '../source.ts';

/** Why policies that must be as committed are not; none if they are. */
export function uncommittedProblems({
  commit,
  uncommitted,
  unreadable: unread,
  kinds,
}: LoadedPolicies): Problem[] {
  // Of a folder that could not be read nothing is known but that.
  if (unread.some(({ path }) => path === '')) return [];
  if (commit === null)
    return [
      problem(
        kinds.root,
        NO_COMMIT,
        '`git add` and `git commit` them, or set `policies.requireClean: false`',
      ),
    ];
  return uncommitted.map((file) =>
    problem(
      file,
      `this is not as in commit ${commit.slice(0, 12)}, and policies.requireClean is set: no policy of this revision is taken`,
      `\`git add ${file} && git commit\``,
    ),
  );
}

const NO_COMMIT = 'policies.requireClean is set, and these policies are in no commit of git: none is taken';

const problem = (file: string, message: string, hint: string): Problem =>
  unreadable('', { file, code: 'uncommitted', message, hint }).problem;

/** The policies of the commit in the place of those in the work tree. */
export function asCommitted(loaded: LoadedPolicies): LoadedPolicies | null {
  const { atCommit, commit } = loaded;
  if (atCommit === null || commit === null) return null;
  return {
    ...loaded,
    ...atCommit,
    content: `commit:${commit}`,
    revision: commit,
    dirty: false,
    uncommitted: [],
  };
}
