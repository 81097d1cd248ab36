import { isTty, line, type Io } from './io.ts';

/** For who shows results as they come. */
export const NO_PROGRESS = { step: () => undefined, end: () => undefined };

/** A count on a terminal; nothing anywhere else. */
export function progressOn({ stderr }: Pick<Io, 'stderr'>, total: number, what = 'groups') {
  let done = 0;
  if (!isTty(stderr)) return NO_PROGRESS;
  return {
    step: () => {
      done += 1;
      stderr.write(`\r${done} of ${total} ${what} read`);
    },
    end: () => {
      if (done > 0) line(stderr, '');
    },
  };
}
