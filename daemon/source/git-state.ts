// Asks git which commit a folder stands at, and whether the files that we read are those of the commit. Git
// runs without a shell, without locks (it may be at work here itself), without the hooks that a repository can
// configure for `status`, and with a bare environment: GIT_DIR of a commit hook would lead it astray, and our
// secrets are none of its business.
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { ListedFile, Listing } from './listing.ts';

export interface GitState {
  /** Full id of the commit that is checked out. */
  readonly commit: string;
  /** Whether what was read may differ from what the commit holds. */
  readonly dirty: boolean;
}

/** The environment of this process; only a few names of it are handed on to git. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot'];
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Null without git, outside of a work tree, before the first commit, or if git fails in any other way. */
export async function readGitState(listing: Listing, environment: Environment): Promise<GitState | null> {
  const { folder } = listing;
  if (folder === null) return null;
  const head = await git(['rev-parse', '--show-prefix', 'HEAD^{commit}'], folder, environment);
  const [, prefix = '', commit] = /^(.*)\n([0-9a-f]{40,64})\n$/.exec(head ?? '') ?? [];
  if (commit === undefined) return null;
  const status = await git(
    [
      '-c',
      'core.fsmonitor=false',
      ...['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignored=traditional'],
      ...['--ignore-submodules=none', '--', '.'],
    ],
    folder,
    environment,
  );
  if (status === null) return null;
  return {
    commit,
    dirty: isDirty(
      status,
      listing.files.flatMap((file) => names(file, folder, prefix)),
    ),
  };
}

/** What git may call a file that was read: its name as listed, and where links lead from there. */
function names(file: ListedFile, folder: string, prefix: string): readonly string[] {
  const real = path.relative(folder, file.realPath).split(path.sep).join('/');
  return [prefix + file.path, prefix + real];
}

/**
 * Any change of a tracked file below the folder counts. Files that git does not track count only if they were
 * read as policies, ignored ones too: the commit does not hold them.
 */
function isDirty(status: string, readFiles: readonly string[]): boolean {
  return status
    .split('\0')
    .filter((line) => line !== '')
    .some((line) => {
      const changed = line.slice(3).replace(/\/$/, '');
      if (!line.startsWith('??') && !line.startsWith('!!')) return true;
      return readFiles.some((file) => file === changed || file.startsWith(`${changed}/`));
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
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve) => {
    execFile('git', args, options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
