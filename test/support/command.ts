// A command of the command line in this process, for tests in which the process is not the point: a start costs half a
// second. test/e2e/commands.test.ts runs the built binary, commands-ends.test.ts has signals, pipes and full disks.
import { Readable, Writable } from 'node:stream';
import { UsageError } from '../../daemon/cli/io.ts';
import { createProgram } from '../../daemon/program.ts';
import type { Finished } from './rampart.ts';

/** Runs it to its end in that folder. The folder is the whole process's while it runs, so one runs at a time. */
export async function runCommand(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const [stdout, stderr] = [new Text(), new Text()];
  const home = process.cwd();
  process.chdir(folder);
  try {
    const code = await createProgram({
      stdin: () => Readable.from([]),
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
