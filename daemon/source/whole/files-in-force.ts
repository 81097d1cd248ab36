// The policy files as they were when their groups came into force: what a file is compared with to tell whether it is
// whole.
import { heldDigest, HeldBytes } from '../held-bytes.ts';
import type { PolicyFolder, SourceFile } from '../source.ts';

export interface FileInForce {
  /** As shown to people. */
  readonly file: string;
  readonly length: number;
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly hash: string;
  /** Null: too many to be kept over a restart. */
  readonly held: HeldBytes | null;
}

export interface FilesInForce {
  /** The policy folder or file, as it was given; null: nothing was ever in force. */
  readonly root: string | null;
  readonly rootIsFile: boolean;
  /** By path. */
  readonly files: ReadonlyMap<string, FileInForce>;
  /** Those that were removed since the start, by path: they may come back in halves. */
  readonly gone: ReadonlyMap<string, FileInForce>;
}

export const NOTHING_IN_FORCE: FilesInForce = {
  root: null,
  rootIsFile: false,
  files: new Map(),
  gone: new Map(),
};

/** Beyond this the removed files are forgotten. */
const MAX_GONE = 1000;

/** What is in force after a load. Files that are bad or unreadable now stay in force as they were. */
export function filesAfter(
  before: FilesInForce,
  { files, unreadable, kinds }: PolicyFolder,
  badFiles: ReadonlySet<string>,
): FilesInForce {
  if (unreadable.some(({ path }) => path === '')) return before;
  const isUnread = (path: string): boolean =>
    unreadable.some((each) => each.path === path || path.startsWith(`${each.path}/`));
  const next = new Map<string, FileInForce>();
  for (const each of files) {
    const known = before.files.get(each.path);
    if (!badFiles.has(each.file)) next.set(each.path, fileInForce(each, known));
    else if (known !== undefined) next.set(each.path, known);
  }
  const gone = [...before.gone];
  for (const [path, file] of before.files) {
    if (next.has(path)) continue;
    if (isUnread(path)) next.set(path, file);
    else gone.push([path, file]);
  }
  return {
    ...(next.size === 0 ? before : { root: kinds.root, rootIsFile: kinds.rootIsFile }),
    files: next,
    gone: new Map(gone.length > MAX_GONE ? [] : gone.filter(([path]) => !next.has(path))),
  };
}

/** The one before if the bytes are the same: most files are, at most loads. */
function fileInForce(each: SourceFile, before: FileInForce | undefined): FileInForce {
  const hash = heldDigest(each);
  if (before !== undefined && before.held !== null && before.hash === hash) return before;
  const held = each.held ?? HeldBytes.of(each.bytes, hash);
  return { file: each.file, length: held.length, hash, held };
}
