// A plan takes this thread for some milliseconds, and many answers may come at once. So plans are made one a turn of the
// event loop, the most urgent first: between two of them health checks, signals and the files of the policies have theirs.
import type { Urgency } from '../ecs/urgency.ts';
import { UrgencyLine } from './urgency-line.ts';

/** Calls what it is given in a later turn of the event loop, when what came in meanwhile has been heard. */
export type NextTurn = (run: () => void) => void;

export class PlanningTurns {
  readonly #nextTurn: NextTurn;
  readonly #line = new UrgencyLine<() => void>();
  #isCalled = false;

  constructor(nextTurn: NextTurn) {
    this.#nextTurn = nextTurn;
  }

  /**
   * Resolves when the turn has come, or when the signal aborts, and never rejects. What is done then up to the next event is
   * all that this turn of the loop does. As many wait as groups are read side by side.
   */
  take(urgency: Urgency, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#line.delete(go);
        go();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#line.add(go, urgency);
      this.#call();
    });
  }

  #call(): void {
    if (this.#isCalled || this.#line.size === 0) return;
    this.#isCalled = true;
    this.#nextTurn(() => {
      this.#isCalled = false;
      const next = this.#line.next();
      if (next === undefined) return;
      this.#line.take(next);
      next();
      this.#call();
    });
  }
}
