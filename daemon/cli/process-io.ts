import { LogLost } from '../telemetry/log-lost.ts';
import { line, type Io } from './io.ts';

/** Wires the signals of a real process; a second SIGTERM or SIGINT ends it at once. */
export function processIo(process: NodeJS.Process): Io {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => stop.abort(name));
  }
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `rampart plan | head`: who has read enough of the data may go, and the exit code is the same as otherwise.
    if (error.code === 'EPIPE' || isLost) return;
    isLost = true;
    line(
      process.stderr,
      `rampart: cannot write ${error instanceof LogLost ? 'the log ' : ''}to stdout: ${error.message}`,
    );
    process.once('exit', () => {
      process.exitCode = 1;
    });
    // No one could watch the daemon, or see the plan that is about to be carried out.
    stop.abort('failure');
  });
  // There is no place left to say it.
  process.stderr.on('error', () => undefined);
  return {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    argv: process.argv,
    stopSignal: stop.signal,
    onReload: (listener) => {
      process.on('SIGHUP', listener);
    },
  };
}
