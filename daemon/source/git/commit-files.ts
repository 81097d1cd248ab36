// The policy files as a commit has them, whatever lies in the work tree. No filters, no links: what the commit holds.
import { POLICY_NAME, type Listing } from '../directory/listing.ts';
import type { PolicyLimits } from '../../config/sections/policies-schema.ts';
import { shownFile, unreadable, type PolicyFolder, type SourceFile, type Unreadable } from '../source.ts';
import { git, gitText, type Environment } from './git.ts';

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly id: string;
  readonly size: number;
}

const REGULAR = ['100644', '100755'];

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
  const only = kinds.rootIsFile ? files.map(({ path }) => path) : [];
  const tree = await gitText(['ls-tree', '-r', '-z', '-l', commit, '--', ...only], folder, environment);
  if (tree === null) return failed(`git could not list the policies of commit ${commit}`);
  const entries = tree.split('\0').flatMap(treeEntryOf).filter(isPolicy);
  const regular = entries.filter(({ mode }) => REGULAR.includes(mode));
  if (regular.length > limits.files || sum(regular) > limits.bytes) {
    return failed(`commit ${commit} has more policies than \`policies.limits\` allows`);
  }
  const blobs = await readBlobs(regular, { folder, environment });
  if (blobs === null) return failed(`git could not read the policies of commit ${commit}`);
  const read = regular.map(({ path, id }, index): SourceFile | Unreadable => {
    const file = shownFile(kinds, path);
    const bytes = blobs[index] ?? new Uint8Array();
    if (bytes.length <= limits.bytesPerFile) return { path, file, bytes, stamp: id, inGit: 'commit' };
    const message = `the file has more than ${limits.bytesPerFile} bytes`;
    return unreadable(path, { file, code: 'file-too-large', message, hint: 'split it' });
  });
  const links = entries
    .filter(({ mode }) => !REGULAR.includes(mode))
    .map(({ path }) => {
      const message = 'this is no regular file in the commit';
      return unreadable(path, { file: shownFile(kinds, path), code: 'policy-not-a-file', message });
    });
  return {
    files: read.filter((file) => 'bytes' in file),
    unreadable: [...links, ...read.filter((file) => 'problem' in file)],
    kinds,
  };
}

/** `MODE blob ID SIZE<tab>PATH`; a submodule has no size. */
function treeEntryOf(line: string): TreeEntry[] {
  const [, mode = '', id = '', size = '', path = ''] =
    /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
  return path === '' ? [] : [{ path, mode, id, size: Number(size) || 0 }];
}

const isPolicy = ({ path }: TreeEntry): boolean => POLICY_NAME.test(path) && !/(^|\/)\./.test(path);

const sum = (entries: readonly TreeEntry[]): number => entries.reduce((total, { size }) => total + size, 0);

/** In the order of the entries; null if git fails. */
async function readBlobs(
  entries: readonly TreeEntry[],
  { folder, environment }: { readonly folder: string; readonly environment: Environment },
): Promise<Uint8Array[] | null> {
  const input = entries.map(({ id }) => `${id}\n`).join('');
  const headers = 200 * entries.length;
  const out = await git(['cat-file', '--batch'], {
    cwd: folder,
    environment,
    input,
    maxBytes: sum(entries) + headers + 1,
  });
  return out === null ? null : splitBatch(out, entries);
}

/** Each is `ID blob SIZE<newline>`, the bytes, and a newline. */
function splitBatch(out: Buffer, entries: readonly TreeEntry[]): Uint8Array[] | null {
  const blobs: Uint8Array[] = [];
  let at = 0;
  for (const { id, size } of entries) {
    const head = `${id} blob ${size}\n`;
    if (out.subarray(at, at + head.length).toString('latin1') !== head) return null;
    at += head.length;
    blobs.push(out.subarray(at, at + size));
    at += size + 1;
  }
  return blobs;
}
