import { line, type Io } from './io.ts';

/** A count on a terminal; nothing anywhere else. */
export function progressOn({ stderr }: Io, total: number) {
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true;
  let done = 0;
  if (!isTerminal) return { step: () => undefined, end: () => undefined };
  return {
    step: () => {
      done += 1;
      stderr.write(`\r${done} of ${total} groups read`);
    },
    end: () => {
      if (done > 0) line(stderr, '');
    },
  };
}
