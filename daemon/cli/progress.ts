import { isTty, line, type Io } from './io.ts';

/** A count on a terminal; nothing anywhere else. */
export function progressOn({ stderr }: Io, total: number) {
  let done = 0;
  if (!isTty(stderr)) return { step: () => undefined, end: () => undefined };
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
