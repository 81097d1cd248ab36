// Work on thousands of groups, done in pieces, with turns of others between them.
import type { Clock } from '../../clock.ts';
import { Turns } from './turns.ts';

/** Work whose every `yield` is a place where others may have a turn. */
export type Pieces<T> = Generator<void, T, void>;

/** Others have their turn where some milliseconds have passed. */
export async function piecemeal<T>(work: Pieces<T>, clock: Pick<Clock, 'monotonicMs' | 'sleep'>): Promise<T> {
  const turns = new Turns(clock);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (turns.isOver) await turns.next();
  }
}

/** All of it at once. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
