// The policies of a commit: the same rules and limits as for a folder, but that nothing is followed anywhere. A path that
// is not there, or is no folder, is unreadable and never an empty set.
import type { ProblemCode } from '../../../reconciler/model/problem.ts';
import type { PolicyLimits } from '../../config/sections/policies-schema.ts';
import { FOLDER_BOUNDS } from '../directory/listing.ts';
import { git } from '../git/git.ts';
import {
  isHiddenPath,
  isPolicyPath,
  isRegular,
  listTree,
  totalBytes,
  type GitPlace,
  type TreeEntry,
  REPEATED_PATH,
  repeatedPaths,
} from '../git/tree.ts';
import { HeldBytes } from '../held-bytes.ts';
import { HeldFile } from '../held-file.ts';
import type { BlobCache } from './blob-cache.ts';
import { foldersAround } from '../whole/replaced.ts';
import { emptyFolder, tooManyBytes, tooManyFiles, tooManyNames } from '../too-much.ts';
import {
  noKinds,
  shownFile,
  unreadable,
  type PolicyFolder,
  type SourceFile,
  type Unreadable,
} from '../source.ts';

const LINK = '120000';
const SUBMODULE = '160000';

export interface CommitPath {
  readonly commit: string;
  /** From the top of the repository; empty: all of it. */
  readonly path: string;
}

/** Id of the tree or file at the path, by which equal policies are told; null if there is nothing, or git fails. */
export async function treeId({ commit, path }: CommitPath, place: GitPlace): Promise<string | null> {
  const id =
    (await gitAnswer(['rev-parse', '--quiet', '--verify', `${commit}:${path}`], place))?.trim() ?? '';
  return id === '' ? null : id;
}

/** Null: the mirror is damaged, or does not have the commit. */
export async function readCommitPolicies(
  at: CommitPath,
  limits: PolicyLimits,
  { blobs, ...place }: GitPlace & { readonly blobs: BlobCache },
): Promise<PolicyFolder | null> {
  const root = at.path === '' ? '.' : at.path;
  const entry = await rootEntry(at, place);
  if (entry === null) return null;
  switch (entry.kind) {
    case 'folder': {
      const entries = await listTree(entry.id, place);
      if (entries.ok) return readFolder(root, entries.value, { limits, place, blobs });
      return entries.error === 'too-many' ? tooManyEntries(root) : null;
    }
    case 'file': {
      const name = root.slice(root.lastIndexOf('/') + 1);
      const kinds = { ...noKinds(root), rootIsFile: true };
      return readEntries([{ ...entry.entry, path: name }], kinds, { limits, place, blobs });
    }
    case 'other': {
      const message = `the policies cannot be read: in commit ${at.commit.slice(0, 12)} ${root} ${entry.what}`;
      const hint = 'put the folder back, or name where it is now in `policies.git.path`';
      return whole(unreadable('', { file: root, code: 'policies-unreadable', message, hint }));
    }
  }
}

type Root =
  | { readonly kind: 'folder'; readonly id: string }
  | { readonly kind: 'file'; readonly entry: TreeEntry }
  | { readonly kind: 'other'; readonly what: string };

/** What stands at the path; null if git fails. */
async function rootEntry({ commit, path }: CommitPath, place: GitPlace): Promise<Root | null> {
  const top =
    (await gitAnswer(['rev-parse', '--quiet', '--verify', `${commit}^{tree}`], place))?.trim() ?? '';
  if (top === '') return null;
  if (path === '') return { kind: 'folder', id: top };
  const line = await gitAnswer(['--literal-pathspecs', 'ls-tree', '-z', '-l', commit, '--', path], place);
  if (line === null) return null;
  return rootOf(path, line);
}

/** From a line of `ls-tree -l`. */
function rootOf(path: string, line: string): Root {
  const [, mode = '', id = '', size = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t/.exec(line) ?? [];
  if (mode === '') return { kind: 'other', what: 'is not there' };
  if (mode === '040000') return { kind: 'folder', id };
  if (mode === LINK) return { kind: 'other', what: 'is a symbolic link, which is not followed' };
  if (mode === SUBMODULE) return { kind: 'other', what: 'is a submodule, which is not followed' };
  return { kind: 'file', entry: { path, mode, id, size: Number(size) || 0 } };
}

const gitAnswer = async (args: readonly string[], place: GitPlace): Promise<string | null> =>
  (await git(args, place))?.toString('utf8') ?? null;

interface TreeReading {
  readonly limits: PolicyLimits;
  readonly place: GitPlace;
  readonly blobs: BlobCache;
}

async function readFolder(
  root: string,
  entries: readonly TreeEntry[],
  reading: TreeReading,
): Promise<PolicyFolder | null> {
  if (entries.length > FOLDER_BOUNDS.maxEntries) return tooManyEntries(root);
  const seen = entries.filter(({ path }) => !isHiddenPath(path));
  const paths = seen
    .filter((entry) => !(isRegular(entry) && isPolicyPath(entry.path)))
    .map(({ path }) => path);
  const kinds = {
    ...noKinds(root),
    folders: new Set(seen.flatMap(({ path }) => foldersAround(path))),
    others: new Set(paths),
  };
  const folder = await readEntries(
    seen.filter(({ path, mode }) => isPolicyPath(path) || SPECIAL.has(mode)),
    kinds,
    reading,
  );
  if (folder === null || folder.files.length > 0 || folder.unreadable.length > 0) return folder;
  return { ...folder, unreadable: [emptyFolder(root)] };
}

/** What might lead to policies elsewhere, whatever its name. */
const SPECIAL: ReadonlySet<string> = new Set([LINK, SUBMODULE]);

async function readEntries(
  entries: readonly TreeEntry[],
  kinds: PolicyFolder['kinds'],
  { limits, place, blobs: cache }: TreeReading,
): Promise<PolicyFolder | null> {
  const { root } = kinds;
  const files = entries.filter((entry) => isRegular(entry));
  if (files.length > limits.files) return whole(tooManyFiles(root, limits.files));
  const repeated = repeatedPaths(entries);
  const small = files.filter(({ path, size }) => size <= limits.bytesPerFile && !repeated.has(path));
  if (totalBytes(small) > limits.bytes) return whole(tooManyBytes(root, limits.bytes));
  const blobs = await cache.read(small, place);
  if (blobs === null) return null;
  return {
    files: small.map(({ path, id }, index): SourceFile => {
      const held = blobs[index] ?? HeldBytes.of(new Uint8Array());
      return new HeldFile({ path, file: shownFile(kinds, path), stamp: id, inGit: 'commit' }, held);
    }),
    unreadable: entries.flatMap((entry) => {
      const file = shownFile(kinds, entry.path);
      if (repeated.has(entry.path)) return [unreadable(entry.path, { file, ...REPEATED_PATH })];
      return notRead(entry, file, limits);
    }),
    kinds,
  };
}

/** None for a file that is read. */
function notRead(
  { path, mode, size }: TreeEntry,
  file: string,
  { bytesPerFile }: PolicyLimits,
): Unreadable[] {
  const because = (code: ProblemCode, message: string, hint: string) => [
    unreadable(path, { file, code, message, hint }),
  ];
  if (mode === LINK) {
    const hint = 'commit what it points to in its place, or remove it';
    return because('policy-link', 'this is a symbolic link, which is not followed', hint);
  }
  if (mode === SUBMODULE) {
    const hint = 'commit its files themselves, or remove it';
    return because('policy-submodule', 'this is a submodule, which is not followed', hint);
  }
  if (size <= bytesPerFile) return [];
  return because('file-too-large', `the file has more than ${bytesPerFile} bytes`, 'split it');
}

const tooManyEntries = (root: string): PolicyFolder => whole(tooManyNames(root, FOLDER_BOUNDS.maxEntries));

/** A folder of which nothing is known. */
const whole = (trouble: Unreadable): PolicyFolder => ({
  files: [],
  unreadable: [trouble],
  kinds: noKinds(trouble.problem.file),
});
