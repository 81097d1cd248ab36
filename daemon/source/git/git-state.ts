// Asks git which commit a folder stands at, and which of the files that we read are those of the commit. Without the
// hooks that a repository can configure for `status`.
import path from 'node:path';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import { POLICY_NAME, type ListedFile, type Listing } from '../directory/listing.ts';
import type { SourceFile } from '../source.ts';
import { gitText, type Environment } from './git.ts';
import { isRepositoryAround } from './repository-around.ts';

export interface GitState {
  /** Full id of the commit that is checked out. */
  readonly commit: string;
  /** Whether what was read may differ from what the commit holds. */
  readonly dirty: boolean;
  /** Where git has the bytes of a listed file, by its path. */
  readonly placeOf: (path: string) => SourceFile['inGit'];
  /** Policy files that differ from the commit, from the policy folder; sorted. Those below it that were removed, too. */
  readonly uncommitted: readonly string[];
}

/** Commit and cleanness from one run of git, so that they belong together. */
const STATUS = [
  '-c',
  'core.fsmonitor=false',
  ...['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--ignore-submodules=none'],
  ...['--untracked-files=all', '--ignored=traditional', '--', '.'],
];

/** Null without git, outside of a work tree, before the first commit, or if git fails in any other way. */
export async function readGitState(listing: Listing, environment: Environment): Promise<GitState | null> {
  const { folder, files } = listing;
  if (folder === null || !(await isRepositoryAround(folder))) return null;
  const [prefix, status] = await Promise.all([
    gitText(['rev-parse', '--show-prefix'], folder, environment),
    gitText(STATUS, folder, environment),
  ]);
  const lines = status?.split('\0') ?? [];
  const commit = lines.find((line) => line.startsWith(COMMIT_LINE))?.slice(COMMIT_LINE.length) ?? '';
  if (prefix === null || !COMMIT_ID.test(commit)) return null;
  const top = prefix.replace(/\n$/, '');
  const changes = lines.flatMap(changeFrom);
  const byName = groupBy(changes, ({ name }) => name);
  const namesOf = (file: ListedFile): string[] => [top + file.path, top + realName(file, folder)];
  const changesOf = (file: ListedFile): StatusChange[] =>
    namesOf(file)
      .flatMap(withFoldersAround)
      .flatMap((name) => byName.get(name) ?? []);
  const places = new Map(files.map((file) => [file.path, placeAfter(changesOf(file))]));
  const differing = [...places].filter(([, place]) => place !== 'commit').map(([name]) => name);
  const others = listing.kinds.rootIsFile ? [] : changes.map((change) => otherPolicy(change, top));
  return {
    commit,
    dirty: differing.length > 0 || changes.some(({ isTracked }) => isTracked),
    placeOf: (name) => places.get(name) ?? null,
    uncommitted: [...new Set([...differing, ...others.filter((name) => name !== null)])].sort(compareText),
  };
}

/** The commit that is checked out; null as in `readGitState`. */
export async function readCommit(folder: string | null, environment: Environment): Promise<string | null> {
  if (folder === null || !(await isRepositoryAround(folder))) return null;
  const head = (await gitText(['rev-parse', 'HEAD^{commit}'], folder, environment))?.trimEnd() ?? '';
  return COMMIT_ID.test(head) ? head : null;
}

const COMMIT_LINE = '# branch.oid ';
const COMMIT_ID = /^[0-9a-f]{40,64}$/;

/** Git knows a file that was found through links by the name that they lead to. */
const realName = (file: ListedFile, folder: string): string =>
  path.relative(folder, file.realPath).split(path.sep).join('/');

interface StatusChange {
  /** From the top of the work tree; a folder of untracked files ends in no slash here. */
  readonly name: string;
  readonly isTracked: boolean;
  /** Whether the file is as it is staged. */
  readonly isStaged: boolean;
  readonly modes: readonly string[];
}

/** A line of `status` as a change; none for what is no change. */
function changeFrom(line: string): StatusChange[] {
  if (line === '' || line.startsWith('# ')) return [];
  if (line.startsWith('? ') || line.startsWith('! ')) {
    return [{ name: line.slice(2).replace(/\/$/, ''), isTracked: false, isStaged: false, modes: [] }];
  }
  const [kind = '', states = '', , ...rest] = line.split(' ');
  // Of a merge that is under way there is one mode and one id more.
  const fields = kind === 'u' ? 7 : 5;
  const isStaged = kind === '1' && states.endsWith('.');
  const modes = rest.slice(0, kind === 'u' ? 4 : 3);
  return [{ name: rest.slice(fields).join(' '), isTracked: true, isStaged, modes }];
}

/** What changed may be a folder around a file: untracked, or a submodule. */
function withFoldersAround(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Where git has a file of which it says this. Files that it does not track count if they were read, ignored ones too. */
function placeAfter(changes: readonly StatusChange[]): SourceFile['inGit'] {
  if (changes.length === 0) return 'commit';
  return changes.every(({ isStaged }) => isStaged) ? 'index' : null;
}

/** Path of a tracked policy that changed, perhaps by being removed; of a link or submodule, which may lead to some. */
function otherPolicy({ name, isTracked, modes }: StatusChange, top: string): string | null {
  const inFolder = name.slice(top.length);
  const leadsOn = modes.some((mode) => mode === '120000' || mode === '160000');
  const isPolicy = POLICY_NAME.test(inFolder) && !/(^|\/)\./.test(inFolder);
  return isTracked && (isPolicy || leadsOn) ? inFolder : null;
}
