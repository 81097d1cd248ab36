// A command of the command line in this process, for tests in which the process is not the point: a start costs half a
// second. test/e2e/commands.test.ts runs the built binary, commands-ends.test.ts has signals, pipes and full disks.
import { Readable, Writable } from 'node:stream';
import { UsageError } from '../../daemon/cli/io.ts';
import { createProgram } from '../../daemon/program.ts';
import type { Finished } from './rampart.ts';

/** Runs it to its end in that folder. The folder is the whole process's while it runs, so one runs at a time. */
export const runCommand = (
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> => runInFolder(folder, { args, env, answer: null });

/** The same for a person at a terminal, who writes this line when a question comes. */
export const runAtTerminal = (folder: string, args: readonly string[], answer: string): Promise<Finished> =>
  runInFolder(folder, { args, env: {}, answer });

interface CommandRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Null: no person is there. */
  readonly answer: string | null;
}

async function runInFolder(folder: string, { args, env, answer }: CommandRun): Promise<Finished> {
  const isThere = answer !== null;
  const [stdout, stderr] = [new Text(), Object.assign(new Text(), { isTTY: isThere })];
  const home = process.cwd();
  process.chdir(folder);
  try {
    const code = await createProgram({
      stdin: () => Object.assign(Readable.from(isThere ? [`${answer}\n`] : []), { isTTY: isThere }),
      stdout,
      stderr,
      env: { PATH: process.env.PATH, ...env },
      cwd: process.cwd(),
      stopSignal: new AbortController().signal,
      argv: [],
      onReload: () => undefined,
    }).run(['node', 'rampart', ...args]);
    return { code, stdout: stdout.text, stderr: stderr.text };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 1, stdout: stdout.text, stderr: `${stderr.text}rampart: ${error.message}\n` };
  } finally {
    process.chdir(home);
  }
}

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
