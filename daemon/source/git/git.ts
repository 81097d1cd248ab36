// Runs git without a shell, without locks (it may be at work here itself), and with a bare environment: GIT_DIR of a
// commit hook would lead it astray, and our secrets are none of its business. Bounded in time and output, with all
// the processes that it starts.
import { spawn, type ChildProcess } from 'node:child_process';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';

/** The environment of this process; only a few names of it are handed on to git. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SystemRoot'];
const GIT_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const MAX_COMPLAINT_BYTES = 16 * 1024;

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
  readonly timeoutMs?: number;
  /** What git gets besides the few names of `environment`, or instead of them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

export interface GitFailure {
  /** `refused`: git ended with a code of its own, and said why. */
  readonly kind: 'absent' | 'refused' | 'timeout' | 'too-much' | 'stopped';
  /** Null unless git ended by itself. */
  readonly code: number | null;
  /** What it said on standard error, cut. */
  readonly complaint: string;
}

/** Standard output; null if git is absent, fails, hangs or says too much. */
export async function git(args: readonly string[], run: GitRun): Promise<Buffer | null> {
  const done = await runGit(args, run);
  return done.ok ? done.value : null;
}

/** Standard output, or why there is none to rely on. */
export async function runGit(args: readonly string[], run: GitRun): Promise<Result<Buffer, GitFailure>> {
  const { output, code, kind, complaint } = await endOfGit(args, run);
  return kind === null ? ok(output) : err({ kind, code, complaint });
}

/** How git ended, and all that it said. */
export interface GitEnd extends Omit<GitFailure, 'kind'> {
  /** Null if it did what it was asked for. */
  readonly kind: GitFailure['kind'] | null;
  readonly output: Buffer;
}

/** For what git says on standard error though it succeeds; everything else asks `runGit`. */
export function endOfGit(args: readonly string[], run: GitRun): Promise<GitEnd> {
  return new Promise((resolve) => {
    const output = new Collected(run.maxBytes ?? MAX_OUTPUT_BYTES);
    const complaint = new Collected(MAX_COMPLAINT_BYTES);
    let ending: GitFailure['kind'] | null = null;
    const finish = (kind: GitEnd['kind'], code: number | null = null) =>
      resolve({ kind: ending ?? kind, code, output: output.bytes, complaint: complaint.text });
    const child = start(args, run);
    if (child === null) {
      finish('absent');
      return;
    }
    const end = (kind: GitFailure['kind']) => {
      ending ??= kind;
      killAll(child);
    };
    const timer = setTimeout(() => end('timeout'), run.timeoutMs ?? GIT_TIMEOUT_MS);
    const stop = () => end('stopped');
    if (run.signal?.aborted === true) stop();
    run.signal?.addEventListener('abort', stop, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!output.add(chunk)) end('too-much');
    });
    child.stderr?.on('data', (chunk: Buffer) => complaint.add(chunk));
    // A git that ends before it has read everything is a git that failed, and is told by its exit code.
    child.stdin?.on('error', () => undefined).end(run.input ?? '');
    child.on('error', () => finish('absent'));
    child.on('close', (code) => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', stop);
      finish(code === 0 ? null : 'refused', code);
    });
  });
}

function start(args: readonly string[], run: GitRun): ChildProcess | null {
  const env: Record<string, string> = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  for (const name of PASSED_ON) {
    const value = run.environment[name];
    if (value !== undefined) env[name] = value;
  }
  try {
    // A process group of its own: what it starts (ssh, a transport helper) is ended with it.
    return spawn('git', args, { cwd: run.cwd, env: { ...env, ...run.variables }, detached: true });
  } catch {
    // Thrown at once where the folder has just become something else.
    return null;
  }
}

function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** Output as far as it is within bounds. */
class Collected {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False if that is too much; then it is left out. */
  add(chunk: Buffer): boolean {
    if (this.#length + chunk.length > this.#maxBytes) return false;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return true;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('utf8').trim();
  }
}
