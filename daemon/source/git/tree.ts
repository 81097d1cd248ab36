// The entries of a commit's tree, and the bytes of its files: what the commit holds, without filters and links, whatever
// lies in a work tree.
import { POLICY_NAME } from '../directory/listing.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { git, runGit, type GitRun } from './git.ts';

export interface TreeEntry {
  /** From where git runs; from the top in a bare repository. */
  readonly path: string;
  readonly mode: string;
  readonly id: string;
  /** Of a file in bytes. */
  readonly size: number;
}

/** Where git runs, and with what. */
export type GitPlace = Pick<GitRun, 'cwd' | 'environment' | 'variables'>;

const MAX_LISTING_BYTES = 64 * 1024 * 1024;

export const isRegular = ({ mode }: TreeEntry): boolean => mode === '100644' || mode === '100755';

/** Of a path from the policy folder: hidden names are left out. */
export const isPolicyPath = (path: string): boolean => POLICY_NAME.test(path) && !isHiddenPath(path);

export const isHiddenPath = (path: string): boolean => /(^|\/)\./.test(path);

export const totalBytes = (entries: readonly TreeEntry[]): number =>
  entries.reduce((total, { size }) => total + size, 0);

/** All that lies below a tree, or only what the paths name. A few folders within one another may be a billion files. */
export async function listTree(
  tree: string,
  place: GitPlace,
  paths: readonly string[] = [],
): Promise<Result<TreeEntry[], 'too-many' | 'failed'>> {
  const args = ['ls-tree', '-r', '-z', '-l', tree, '--', ...paths];
  const out = await runGit(args, { ...place, maxBytes: MAX_LISTING_BYTES });
  if (!out.ok) return err(out.error.kind === 'too-much' ? 'too-many' : 'failed');
  return ok(out.value.toString('utf8').split('\0').flatMap(treeEntryOf));
}

/** `MODE blob ID SIZE<tab>PATH`; a submodule has no size. */
function treeEntryOf(line: string): TreeEntry[] {
  const [, mode = '', id = '', size = '', path = ''] =
    /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
  return path === '' ? [] : [{ path, mode, id, size: Number(size) || 0 }];
}

/** Of one run of git: what it says is put together in one piece. */
const MAX_RUN_BYTES = 16 * 1024 * 1024;

/** In the order of the entries; null if git fails. */
export async function readBlobs(
  entries: readonly TreeEntry[],
  place: GitPlace,
): Promise<Uint8Array[] | null> {
  const blobs: Uint8Array[] = [];
  for (let at = 0; at < entries.length;) {
    const from = at;
    let bytes = 0;
    do bytes += entries[at++]?.size ?? 0;
    while (at < entries.length && bytes + (entries[at]?.size ?? 0) <= MAX_RUN_BYTES);
    const some = await readBatch(entries.slice(from, at), place);
    if (some === null) return null;
    for (const blob of some) blobs.push(blob);
  }
  return blobs;
}

async function readBatch(entries: readonly TreeEntry[], place: GitPlace): Promise<Uint8Array[] | null> {
  const input = entries.map(({ id }) => `${id}\n`).join('');
  const headers = 200 * entries.length;
  const run = { ...place, input, maxBytes: totalBytes(entries) + headers + 1 };
  const out = await git(['cat-file', '--batch'], run);
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

/** Paths that a damaged tree has more than once: nothing tells which of the files is meant. */
export function repeatedPaths(entries: ReadonlyArray<Pick<TreeEntry, 'path'>>): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { path } of entries) (seen.has(path) ? repeated : seen).add(path);
  return repeated;
}

/** Why a file of such a path is not read. */
export const REPEATED_PATH = {
  code: 'policy-twice',
  message: 'the commit has this name twice, and nothing tells which file is meant',
  hint: 'commit the file again with `git add`, and look for damage with `git fsck`',
} as const;
