#!/usr/bin/env node
// argv -> command; nothing else.
import { createProgram } from './commands/program.ts';
import { processIo } from './commands/process-io.ts';
import { line, UsageError } from './commands/io.ts';

const io = processIo(process);
try {
  process.exitCode = await createProgram(io).run(process.argv);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  line(io.stderr, `rampart: ${error.message}`);
  process.exitCode = 1;
}
// What nobody waits for any more must not hold up the end: the next attempt of a read, a timer of the file watcher.
// Whatever was written is out: writes to files, terminals and pipes are synchronous here.
process.exit();
