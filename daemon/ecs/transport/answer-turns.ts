// Reading an answer with many rules, up to what is decided by it, takes this thread for some milliseconds, and the answers of
// many calls may be there at once. So they are read one a turn of the event loop: between two of them others have theirs.
// Where those take long, an answer that is there would wait until its call is given up: so it waits for a bounded time.
import type { Clock } from '../../clock.ts';

/** Much less than a call may take. */
const MOST_WAIT_MS = 1000;

interface WaitingAnswer {
  readonly read: () => void;
  /** Monotonic. */
  readonly sinceMs: number;
}

export class AnswerTurns {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #waiting: WaitingAnswer[] = [];
  #isCalled = false;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /**
   * Calls it in a later turn of the event loop, in the order in which they came: one a turn, and those besides that have
   * waited for a second.
   */
  take(read: () => void): void {
    this.#waiting.push({ read, sinceMs: this.#clock.monotonicMs() });
    this.#call();
  }

  #call(): void {
    if (this.#isCalled || this.#waiting.length === 0) return;
    this.#isCalled = true;
    setImmediate(() => {
      this.#isCalled = false;
      const lateMs = this.#clock.monotonicMs() - MOST_WAIT_MS;
      const late = this.#waiting.filter(({ sinceMs }) => sinceMs <= lateMs).length;
      for (const { read } of this.#waiting.splice(0, Math.max(1, late))) read();
      this.#call();
    });
  }
}
