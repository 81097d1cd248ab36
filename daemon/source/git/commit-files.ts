// The policy files as a commit has them, whatever lies in the work tree. No filters, no links: what the commit holds.
import type { Listing } from '../directory/listing.ts';
import type { PolicyLimits } from '../../config/sections/policies-schema.ts';
import { shownFile, unreadable, type PolicyFolder, type SourceFile, type Unreadable } from '../source.ts';
import type { Environment } from './git.ts';
import {
  isPolicyPath,
  isRegular,
  listTree,
  readBlobs,
  REPEATED_PATH,
  repeatedPaths,
  totalBytes,
} from './tree.ts';

/** What the commit has of the folder that the listing names. A git that fails makes the whole folder unreadable. */
export async function readCommitFiles(
  { shown, folder, files, kinds }: Listing,
  commit: string,
  { limits, environment }: { readonly limits: PolicyLimits; readonly environment: Environment },
): Promise<PolicyFolder> {
  const failed = (message: string): PolicyFolder => ({
    files: [],
    unreadable: [unreadable('', { file: shown, code: 'policies-unreadable', message })],
    kinds,
  });
  if (folder === null) return failed('the policies cannot be read from git: there is no such folder');
  const place = { cwd: folder, environment };
  const only = kinds.rootIsFile ? files.map(({ path }) => path) : [];
  const tree = await listTree(commit, place, only);
  if (!tree.ok) return failed(`git could not list the policies of commit ${commit}`);
  const all = tree.value.filter(({ path }) => isPolicyPath(path));
  const repeated = repeatedPaths(all);
  const entries = all.filter(({ path }) => !repeated.has(path));
  const regular = entries.filter(isRegular);
  if (regular.length > limits.files || totalBytes(regular) > limits.bytes) {
    return failed(`commit ${commit} has more policies than \`policies.limits\` allows`);
  }
  const blobs = await readBlobs(regular, place);
  if (blobs === null) return failed(`git could not read the policies of commit ${commit}`);
  const read = regular.map(({ path, id }, index): SourceFile | Unreadable => {
    const file = shownFile(kinds, path);
    const bytes = blobs[index] ?? new Uint8Array();
    if (bytes.length <= limits.bytesPerFile) return { path, file, bytes, stamp: id, inGit: 'commit' };
    const message = `the file has more than ${limits.bytesPerFile} bytes`;
    return unreadable(path, { file, code: 'file-too-large', message, hint: 'split it' });
  });
  const links = entries
    .filter((entry) => !isRegular(entry))
    .map(({ path }) => {
      const message = 'this is no regular file in the commit';
      return unreadable(path, { file: shownFile(kinds, path), code: 'policy-not-a-file', message });
    });
  const twice = [...repeated].map((path) =>
    unreadable(path, { file: shownFile(kinds, path), ...REPEATED_PATH }),
  );
  return {
    files: read.filter((file) => 'bytes' in file),
    unreadable: [...links, ...twice, ...read.filter((file) => 'problem' in file)],
    kinds,
  };
}
