#!/usr/bin/env node
// argv -> command; nothing else.
import { createProgram } from './program.ts';
import { processIo } from './cli/process-io.ts';
import { line, UsageError } from './cli/io.ts';
import { withSourceLines } from './cli/source-lines.ts';

// What ends the process is a bug of ours: whoever reports it names the line.
process.on('uncaughtExceptionMonitor', (error) => {
  Reflect.set(error, 'stack', withSourceLines(String(error.stack)));
});
const io = processIo(process);
try {
  process.exitCode = await createProgram(io).run(process.argv);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  line(io.stderr, `rampart: ${error.message}`);
  process.exitCode = 1;
}
// What no one waits for any more must not hold up the end: the next attempt of a read, a timer of the file watcher.
// But a pipe takes only so much at once, and its reader is to have the rest.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

/** Resolves when all that was written is out, or no one reads it any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => {
      resolve();
    });
  });
}
