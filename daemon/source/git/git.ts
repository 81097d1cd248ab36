// Runs git without a shell, without locks (it may be at work here itself), and with a bare environment: GIT_DIR of a
// commit hook would lead it astray, and our secrets are none of its business.
import { execFile } from 'node:child_process';

/** The environment of this process; only a few names of it are handed on to git. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot'];
const GIT_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Standard output as text; null as for `git`. */
export async function gitText(
  args: readonly string[],
  cwd: string,
  environment: Environment,
): Promise<string | null> {
  return (await git(args, { cwd, environment }))?.toString('utf8') ?? null;
}

export interface GitRun {
  readonly cwd: string;
  readonly environment: Environment;
  /** Absent: none. */
  readonly input?: string;
  readonly maxBytes?: number;
}

/** Standard output; null if git is absent, fails, hangs or says too much. */
export function git(args: readonly string[], run: GitRun): Promise<Buffer | null> {
  const env: Record<string, string> = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  for (const name of PASSED_ON) {
    const value = run.environment[name];
    if (value !== undefined) env[name] = value;
  }
  const options = {
    cwd: run.cwd,
    env,
    encoding: 'buffer',
    timeout: GIT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: run.maxBytes ?? MAX_OUTPUT_BYTES,
  } as const;
  return new Promise((resolve) => {
    try {
      const child = execFile('git', args, options, (error, stdout) =>
        resolve(error === null ? stdout : null),
      );
      // A git that ends before it has read everything is a git that failed, and is told by its exit code.
      child.stdin?.on('error', () => undefined).end(run.input ?? '');
    } catch {
      // Thrown at once where the folder has just become something else.
      resolve(null);
    }
  });
}
