// Work on thousands of groups, done in pieces: health checks, signals and the watchdog have their turns between them.
import type { Clock } from '../../clock.ts';

/** Longest time for which others wait. */
const TURN_MS = 10;

/** Work whose every `yield` is a place where others may have a turn. */
export type Pieces<T> = Generator<void, T, void>;

/** Others have their turn where some milliseconds have passed. */
export async function piecemeal<T>(work: Pieces<T>, clock: Pick<Clock, 'monotonicMs' | 'sleep'>): Promise<T> {
  let turnMs = clock.monotonicMs();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - turnMs < TURN_MS) continue;
    await clock.sleep(0);
    turnMs = clock.monotonicMs();
  }
}

/** All of it at once. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
