// Which policy files a folder holds, without reading them: cheap enough to be asked every few seconds, and
// exact enough that two equal listings mean that nothing changed in between.
//
// Symbolic links are followed, for Kubernetes mounts a ConfigMap as links into a hidden `..data` folder. They
// must stay inside the folder, so that no committed link makes us quote /etc/shadow in an error message, and
// each real file or folder is visited once, so that links in a circle end.
import { stat as statFile, type BigIntStats, type Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { compareText, type ProblemCode } from '../../../reconciler/model/problem.ts';
import { noKinds, unreadable, type PathKinds, type SourceFile, type Unreadable } from '../source.ts';
import { DEFAULT_POLICY_LIMITS } from '../../config/sections/policies-schema.ts';
import { tooManyFiles, tooManyNames } from '../too-much.ts';
import { ioReason } from '../../io-reason.ts';
import { fileStamp } from './stamp.ts';

export interface ListedFile extends Omit<SourceFile, 'bytes' | 'inGit'> {
  /** Where it really is, all links resolved. */
  readonly realPath: string;
}

export interface Listing {
  /** The folder as it was named. */
  readonly shown: string;
  /** The real folder; null if there is none. */
  readonly folder: string | null;
  /** Changes when another folder takes the place of this one; null if there is none. */
  readonly folderStamp: string | null;
  /** In order of path. */
  readonly files: readonly ListedFile[];
  /** In order of path. */
  readonly unreadable: readonly Unreadable[];
  readonly kinds: PathKinds;
}

/** Bounds on one policy folder. Beyond them the folder counts as unreadable. */
export interface FolderBounds {
  /** Names looked at, hidden ones included. */
  readonly maxEntries: number;
  readonly maxFiles: number;
  /** Folders within folders. */
  readonly maxDepth: number;
}

export const FOLDER_BOUNDS: FolderBounds = {
  maxEntries: 50_000,
  maxFiles: DEFAULT_POLICY_LIMITS.files,
  maxDepth: 16,
};

/** Of the paths of policy files. */
export const POLICY_NAME = /\.ya?ml$/i;

/**
 * Lists every `*.yaml` and `*.yml` below `root`, hidden names left out. A `root` that is a file lists itself.
 *
 * @param known as it was listed before: files that did not change stay the same objects
 */
export async function listPolicyFiles(
  root: string,
  bounds = FOLDER_BOUNDS,
  known: readonly ListedFile[] = [],
): Promise<Listing> {
  try {
    const realRoot = await realpath(root);
    const stats = await stat(realRoot, { bigint: true });
    if (!stats.isDirectory()) return listSingleFile(root, realRoot, stats);
    const walk = new FolderWalk({ root, realRoot, bounds }, known);
    await walk.enter({ path: '', realPath: realRoot, depth: 0 });
    return {
      shown: root,
      folder: realRoot,
      folderStamp: `${realRoot}:${stats.dev}:${stats.ino}`,
      files: walk.overflowed ? [] : walk.files.sort((a, b) => compareText(a.path, b.path)),
      unreadable: walk.unreadable.sort((a, b) => compareText(a.path, b.path)),
      kinds: { root, rootIsFile: false, folders: walk.folders, others: walk.others },
    };
  } catch (error) {
    const trouble = unreadable('', {
      file: root,
      code: 'policies-unreadable',
      message: `the policies cannot be read: ${ioReason(error)}`,
      hint: 'name an existing file or folder, in `policies.path` or on the command line',
    });
    return {
      shown: root,
      folder: null,
      folderStamp: null,
      files: [],
      unreadable: [trouble],
      kinds: noKinds(root),
    };
  }
}

function listSingleFile(root: string, realRoot: string, stats: BigIntStats): Listing {
  const folder = path.dirname(realRoot);
  const listed = { path: path.basename(root), file: root, realPath: realRoot, stamp: fileStamp(stats) };
  const isFile = stats.isFile();
  return {
    shown: root,
    folder,
    folderStamp: folder,
    files: isFile ? [listed] : [],
    unreadable: isFile ? [] : [notAFile('', root)],
    kinds: { ...noKinds(root), rootIsFile: isFile },
  };
}

/** Whether nothing changed between the two. */
export const isSameListing = (a: Listing, b: Listing): boolean =>
  a.folderStamp === b.folderStamp &&
  isListOf(a.files, b.files, isUnchangedFile) &&
  isListOf(a.unreadable, b.unreadable, isSameTrouble);

const isListOf = <T>(
  a: readonly T[],
  b: readonly T[],
  isSame: (a: T, b: T | undefined) => boolean,
): boolean => a.length === b.length && a.every((each, index) => isSame(each, b[index]));

const isUnchangedFile = (a: ListedFile, b: ListedFile | undefined): boolean =>
  a === b || (a.path === b?.path && a.realPath === b.realPath && a.stamp === b.stamp);

const isSameTrouble = (a: Unreadable, b: Unreadable | undefined): boolean =>
  a.path === b?.path && a.problem.code === b.problem.code && a.problem.message === b.problem.message;

function notAFile(relative: string, file: string): Unreadable {
  const message = 'this is neither a file nor a folder';
  return unreadable(relative, { file, code: 'policy-not-a-file', message });
}

/** How many files are asked about at once: each time is a turn of the event loop or more, in which others do their work. */
const SIDE_BY_SIDE = 256;

/** Null where they cannot be had. Of ten thousand files the promises of node:fs would take half as long again. */
const statsOf = (realPath: string): Promise<BigIntStats | null> =>
  new Promise((resolve) => {
    statFile(realPath, { bigint: true }, (error, stats) => resolve(error === null ? stats : null));
  });

interface WalkedFolder {
  readonly path: string;
  readonly realPath: string;
  readonly depth: number;
}

interface WalkOptions {
  readonly root: string;
  readonly realRoot: string;
  readonly bounds: FolderBounds;
}

class FolderWalk {
  readonly files: ListedFile[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly folders = new Set<string>();
  readonly others = new Set<string>();
  /** Set when a bound stopped the walk: `files` is a part of the folder then, and good for nothing. */
  overflowed = false;
  readonly #root: string;
  readonly #realRoot: string;
  readonly #bounds: FolderBounds;
  readonly #visited = new Set<string>();
  /** As they were before, by real path. */
  readonly #known: ReadonlyMap<string, ListedFile>;
  #entries = 0;

  constructor({ root, realRoot, bounds }: WalkOptions, known: readonly ListedFile[]) {
    this.#root = root;
    this.#realRoot = realRoot;
    this.#bounds = bounds;
    this.#known = new Map(known.map((each) => [each.realPath, each]));
  }

  async enter(folder: WalkedFolder): Promise<void> {
    if (!this.#visit(folder.realPath)) return;
    if (folder.depth > this.#bounds.maxDepth) {
      const message = `folders lie more than ${this.#bounds.maxDepth} deep in each other`;
      this.#refuse(folder.path, 'policies-too-deep', message);
      return;
    }
    if (folder.path !== '') this.folders.add(folder.path);
    const seen = (await this.#read(folder)).filter(({ name }) => !name.startsWith('.'));
    for (let at = 0; at < seen.length && !this.overflowed; at += SIDE_BY_SIDE) {
      await this.#takeSome(seen.slice(at, at + SIDE_BY_SIDE), folder);
    }
  }

  /** Plain files are asked about side by side. */
  async #takeSome(entries: readonly Dirent[], folder: WalkedFolder): Promise<void> {
    const placed = entries.map((entry) => ({
      entry,
      path: folder.path === '' ? entry.name : `${folder.path}/${entry.name}`,
      realPath: path.join(folder.realPath, entry.name),
      depth: folder.depth + 1,
    }));
    const stats = await Promise.all(
      placed.map(({ entry, realPath }) =>
        entry.isFile() && POLICY_NAME.test(entry.name) ? statsOf(realPath) : Promise.resolve(null),
      ),
    );
    for (const [index, { entry, ...place }] of placed.entries()) {
      if (this.overflowed) return;
      const known = stats[index] ?? null;
      if (known?.isFile() === true) this.#add(place.path, place.realPath, known);
      else await this.#take(entry, place);
    }
  }

  async #read(folder: WalkedFolder): Promise<Dirent[]> {
    try {
      const entries = await readdir(folder.realPath, { withFileTypes: true });
      this.#entries += entries.length;
      if (this.#entries > this.#bounds.maxEntries) {
        this.#overflow(tooManyNames(this.#root, this.#bounds.maxEntries));
      }
      return entries.sort((a, b) => compareText(a.name, b.name));
    } catch (error) {
      this.#refuse(folder.path, 'policies-unreadable', `this folder cannot be read: ${ioReason(error)}`);
      return [];
    }
  }

  /** Files of other names are no one's business here, whatever they are. */
  async #take(entry: Dirent, place: WalkedFolder): Promise<void> {
    const isPolicy = POLICY_NAME.test(entry.name);
    if (!isPolicy && entry.isFile()) this.others.add(place.path);
    else await this.#follow(entry, place, isPolicy);
  }

  async #follow(entry: Dirent, place: WalkedFolder, isPolicy: boolean): Promise<void> {
    try {
      const realPath = entry.isSymbolicLink() ? await realpath(place.realPath) : place.realPath;
      const stats = await stat(realPath, { bigint: true });
      if (!isPolicy && !stats.isDirectory()) this.others.add(place.path);
      else if (!this.#isInside(realPath)) this.#refuseLink(place.path);
      else if (stats.isDirectory()) await this.enter({ ...place, realPath });
      else if (stats.isFile()) this.#add(place.path, realPath, stats);
      else this.unreadable.push(notAFile(place.path, this.#shown(place.path)));
    } catch (error) {
      this.#refuse(place.path, 'policy-unreadable', `this cannot be read: ${ioReason(error)}`);
    }
  }

  #add(relative: string, realPath: string, stats: BigIntStats): void {
    if (!this.#visit(realPath)) return;
    if (this.files.length >= this.#bounds.maxFiles) {
      this.#overflow(tooManyFiles(this.#root, this.#bounds.maxFiles));
      return;
    }
    const stamp = fileStamp(stats);
    const before = this.#known.get(realPath);
    // One that was all there is to list is shown as the root.
    const isSame = before?.stamp === stamp && before.path === relative && before.file !== this.#root;
    this.files.push(isSame ? before : { path: relative, file: this.#shown(relative), realPath, stamp });
  }

  /** False if it was visited before, under another name. */
  #visit(realPath: string): boolean {
    if (this.#visited.has(realPath)) return false;
    this.#visited.add(realPath);
    return true;
  }

  #isInside(realPath: string): boolean {
    const root = this.#realRoot.endsWith(path.sep) ? this.#realRoot : this.#realRoot + path.sep;
    return realPath === this.#realRoot || realPath.startsWith(root);
  }

  #shown(relative: string): string {
    return relative === '' ? this.#root : path.join(this.#root, relative);
  }

  #refuse(relative: string, code: ProblemCode, message: string, hint = ''): void {
    this.unreadable.push(unreadable(relative, { file: this.#shown(relative), code, message, hint }));
  }

  #refuseLink(relative: string): void {
    const hint = 'copy what it points to into the folder, or choose a `policies.path` that holds both';
    this.#refuse(relative, 'policy-link-outside', 'this symbolic link leads out of the policy folder', hint);
  }

  #overflow(trouble: Unreadable): void {
    this.overflowed = true;
    this.unreadable.push(trouble);
  }
}
