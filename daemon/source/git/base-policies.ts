// The policies as another commit of the same repository has them: what a change is compared with.
import path from 'node:path';
import { compareText } from '../../../reconciler/model/problem.ts';
import type { PolicyLimits } from '../../config/sections/policies-schema.ts';
import { FOLDER_BOUNDS, listPolicyFiles } from '../directory/listing.ts';
import type { PolicyFolder } from '../source.ts';
import { readCommitFiles } from './commit-files.ts';
import { gitText, type Environment } from './git.ts';

export type BasePolicies =
  | { readonly kind: 'found'; readonly commit: string; readonly policies: PolicyFolder }
  /** `reason`: a sentence that says how to go on. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Those of the folder (or file) that now has the policies, whatever lies in it. A commit that has no such folder has no
 * policies.
 *
 * @param revision anything that names a commit: an id, a branch, a tag, `HEAD~1`
 */
export async function readBasePolicies(
  where: string,
  revision: string,
  given: { readonly limits: PolicyLimits; readonly environment: Environment },
): Promise<BasePolicies> {
  const listing = await listPolicyFiles(where, { ...FOLDER_BOUNDS, maxFiles: given.limits.files });
  const { folder } = listing;
  if (folder === null) return unknown(`${where} is not there, so git cannot be asked about it`);
  const commit = await commitOf(revision, folder, given.environment);
  if (commit === null) return unknown(await whyUnknown(where, revision, { folder, ...given }));
  const policies = await readCommitFiles(listing, commit, given);
  return { kind: 'found', commit, policies: byPath(policies) };
}

/** Null outside of one. */
export async function workTreeOf(folder: string, environment: Environment): Promise<string | null> {
  return (await gitText(['rev-parse', '--show-toplevel'], folder, environment))?.replace(/\n$/, '') ?? null;
}

/** Whether a file of the work tree is another one than that of the commit. False where the commit has none of its name. */
export async function differsFrom(commit: string, file: string, environment: Environment): Promise<boolean> {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:./${name}`];
  const then = await gitText(args, folder, environment);
  const now = await gitText(['hash-object', '--no-filters', '--', name], folder, environment);
  return then !== null && now !== null && then !== now;
}

async function commitOf(revision: string, folder: string, environment: Environment): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const id = (await gitText(args, folder, environment))?.trimEnd() ?? '';
  return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}

async function whyUnknown(
  where: string,
  revision: string,
  { folder, environment }: { readonly folder: string; readonly environment: Environment },
): Promise<string> {
  const isShallow = await gitText(['rev-parse', '--is-shallow-repository'], folder, environment);
  if (isShallow === null) {
    return (
      `git tells of no repository that holds ${where}: it must lie in a clone, with git installed, and of your user ` +
      `(else \`git config --global --add safe.directory DIRECTORY\`)`
    );
  }
  const fetch = isShallow.trim() === 'true' ? 'git fetch --unshallow' : 'git fetch';
  return `this clone has no commit ${revision}; fetch it (\`${fetch}\`), or name another one`;
}

const unknown = (reason: string): BasePolicies => ({ kind: 'unknown', reason });

/** Git lists by bytes, with folders among the files; a folder is read in order of path. */
const byPath = (policies: PolicyFolder): PolicyFolder => ({
  ...policies,
  files: [...policies.files].sort((a, b) => compareText(a.path, b.path)),
});
