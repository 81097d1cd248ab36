import type { Io } from './io.ts';

/** Wires the signals of a real process; a second SIGTERM or SIGINT ends it at once. */
export function processIo(process: NodeJS.Process): Io {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => stop.abort(name));
  }
  // `rampart plan | head` closes our stdout: that is the reader's right and no crash.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    stopSignal: stop.signal,
    onReload: (listener) => {
      process.on('SIGHUP', listener);
    },
  };
}
