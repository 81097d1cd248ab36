// Asks git which commit a folder stands at, and whether the files that we read are those of the commit. Git
// runs without a shell, without locks (it may be at work here itself), without the hooks that a repository can
// configure for `status`, and with a bare environment: GIT_DIR of a commit hook would lead it astray, and our
// secrets are none of its business.
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { ListedFile, Listing } from '../directory/listing.ts';

export interface GitState {
  /** Full id of the commit that is checked out. */
  readonly commit: string;
  /** Whether what was read may differ from what the commit holds. */
  readonly dirty: boolean;
}

/** The environment of this process; only a few names of it are handed on to git. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot'];
const GIT_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

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
  if (folder === null) return null;
  const prefix = await git(['rev-parse', '--show-prefix'], folder, environment);
  const status = await git(STATUS, folder, environment);
  const lines = status?.split('\0') ?? [];
  const commit = lines.find((line) => line.startsWith(COMMIT_LINE))?.slice(COMMIT_LINE.length) ?? '';
  if (prefix === null || !COMMIT_ID.test(commit)) return null;
  const top = prefix.replace(/\n$/, '');
  const readFiles = files.flatMap((file) => [top + file.path, top + realName(file, folder)]);
  return { commit, dirty: isDirty(lines, readFiles) };
}

/** The commit that is checked out; null as in `readGitState`. */
export async function readCommit(folder: string | null, environment: Environment): Promise<string | null> {
  if (folder === null) return null;
  const head = (await git(['rev-parse', 'HEAD^{commit}'], folder, environment))?.trimEnd() ?? '';
  return COMMIT_ID.test(head) ? head : null;
}

const COMMIT_LINE = '# branch.oid ';
const COMMIT_ID = /^[0-9a-f]{40,64}$/;

/** Git knows a file that was found through links by the name that they lead to. */
const realName = (file: ListedFile, folder: string): string =>
  path.relative(folder, file.realPath).split(path.sep).join('/');

/**
 * Any change of a tracked file below the folder counts. Files that git does not track count only if they were
 * read as policies, ignored ones too: the commit does not hold them.
 */
function isDirty(statusLines: readonly string[], readFiles: readonly string[]): boolean {
  return statusLines.some((line) => {
    if (!line.startsWith('? ') && !line.startsWith('! ')) return line !== '' && !line.startsWith('# ');
    const untracked = line.slice(2).replace(/\/$/, '');
    return readFiles.some((file) => file === untracked || file.startsWith(`${untracked}/`));
  });
}

/** Standard output; null if git is absent, fails, hangs or says too much. */
function git(args: readonly string[], cwd: string, environment: Environment): Promise<string | null> {
  const env: Record<string, string> = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  for (const name of PASSED_ON) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  const options = {
    cwd,
    env,
    timeout: GIT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve) => {
    execFile('git', args, options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
