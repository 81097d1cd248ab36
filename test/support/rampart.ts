// The built binary as users run it: a folder of its own, real processes, log lines as events to wait for.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import { WorkspaceJournal } from './e2e-journal.ts';
import type { JournalTokens } from './journal-file.ts';
import { strangeLines } from './log-lines.ts';
import { UNPRIVILEGED } from './optional-tool.ts';
import { removeFolder } from './remove-folder.ts';

/** The built program. */
export const MAIN = fileURLToPath(new URL('../../dist/daemon/main.js', import.meta.url));

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working folder with policies and a config; removed by `dispose`. */
export class Workspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'rampart-e2e-'));
  readonly #running = new Set<RampartProcess>();
  readonly #journal = new WorkspaceJournal();

  write(file: string, text: string): void {
    const target = path.join(this.folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, this.#journal.placed(text));
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** That of a git source. */
  get mirrorFolder(): string {
    return path.join(this.folder, this.#journal.mirrorFolder);
  }

  /** Its file, or the URL of its database. */
  get journalPlace(): string {
    return this.#journal.place(this.folder);
  }

  /** A hand in the journal. */
  changeJournal(sql: string): Promise<void> {
    return this.#journal.change(this.folder, sql);
  }

  /** The ClientTokens that the journal of the config knows. */
  journalTokens(): Promise<JournalTokens> {
    return this.#journal.tokens(this.folder);
  }

  /** Waits until that daemon has written so often to its journal, or as good as that. */
  journalWrites(daemon: RampartProcess, count: number): Promise<unknown> {
    const from = daemon.lines.length;
    return this.#journal.changes(this.folder, count, (lines) => daemon.line(() => true, from + lines - 1));
  }

  /** Starts a command that goes on running. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RampartProcess {
    return this.#watch(spawn(process.execPath, [MAIN, ...args], this.#options(env)));
  }

  /** As above, with files of the process bounded in size: further writes fail, as on a full disk. */
  startWithin(maxFileKib: number, args: readonly string[]): RampartProcess {
    const script = `ulimit -f ${maxFileKib}; exec "$0" "$@"`;
    return this.#watch(spawn('bash', ['-c', script, process.execPath, MAIN, ...args], this.#options({})));
  }

  /** As above, as a user for whom file permissions hold. */
  startAsUser(args: readonly string[]): RampartProcess {
    return this.#watch(spawn(process.execPath, [MAIN, ...args], { ...this.#options({}), ...UNPRIVILEGED }));
  }

  #watch(child: ChildProcess): RampartProcess {
    const started = new RampartProcess(child);
    this.#running.add(started);
    return started;
  }

  /** Runs a command to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, env).finished;
  }

  /** As above, in this process. */
  runHere(args: readonly string[]): Promise<Finished> {
    return runCommand(this.folder, args);
  }

  async dispose(): Promise<void> {
    for (const running of this.#running) running.kill('SIGKILL');
    await Promise.all([...this.#running].map((running) => running.finished));
    removeFolder(this.folder);
    const strange = [...this.#running].flatMap(({ output }) => strangeLines(output));
    if (strange.length > 0) {
      throw new Error(
        `lines that docs/log-schema.json does not have (\`npm run schema\`):\n${strange.join('\n')}`,
      );
    }
  }

  #options(env: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    return { cwd: this.folder, env: { PATH, HOME, ...env }, stdio: 'pipe' as const };
  }
}

export class RampartProcess {
  readonly lines: LogLine[] = [];
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #ended = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk;
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(part);
      this.#notify();
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
      this.#notify();
    });
    this.finished = new Promise((resolve) => {
      child.on('close', (code) => {
        this.#ended = true;
        this.#notify();
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  get isRunning(): boolean {
    return !this.#ended;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process did not start');
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops it as an operator would, and answers how it ended. */
  stop(): Promise<Finished> {
    this.kill('SIGTERM');
    return this.finished;
  }

  /** The first line, from line number `from` on, that fits; waits for it. Fails when the process ends before. */
  async line(fits: (line: LogLine) => boolean, from = 0): Promise<LogLine> {
    for (;;) {
      const found = this.lines.slice(from).find(fits);
      if (found !== undefined) return found;
      if (this.#ended)
        throw new Error(`the process ended without the awaited line:\n${this.output.slice(-4000)}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  /** Waits until what it printed from there on fits; for lines that are no JSON. */
  async shows(pattern: RegExp, from = 0): Promise<void> {
    while (!pattern.test(this.output.slice(from))) {
      if (this.#ended) throw new Error(`the process ended without ${String(pattern)}:\n${this.output}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  event(name: string, fields: Readonly<Record<string, unknown>> = {}, from = 0): Promise<LogLine> {
    return this.line(
      (line) => line.event === name && Object.entries(fields).every(([key, value]) => line[key] === value),
      from,
    );
  }

  #take(text: string): void {
    if (!text.startsWith('{"')) return;
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && 'event' in json) this.lines.push(json as LogLine);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
