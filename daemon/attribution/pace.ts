// The turns of one account at ActionTrail: one call in ten seconds at most, fewer while it refuses.
import type { Clock } from '../clock.ts';

const EVERY_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

export class Pace {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  #isRunning = false;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  /** No call before; monotonic. */
  #openMs = -Infinity;
  #failures = 0;
  /** Of the failure that was said. */
  #saidCode: string | null = null;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'sleep'>) {
    this.#clock = clock;
  }

  /**
   * Takes turns until one answers null. A turn answers how long the next one can wait; what comes in between, by another call of
   * this, cuts that short.
   */
  async run(turn: () => Promise<number | null>): Promise<void> {
    this.#wake.abort();
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (;;) {
        await this.#clock.sleep(Math.max(0, this.#openMs - this.#clock.monotonicMs()), this.#stopping.signal);
        if (this.#isStopping) return;
        this.#wake = new AbortController();
        const waitMs = await turn();
        // Unless something came in between the answer and now.
        if (waitMs === null && !this.#wake.signal.aborted) return;
        await this.#clock.sleep(waitMs ?? 0, this.#wake.signal);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** A call has been made. */
  called(): void {
    this.#openMs = this.#clock.monotonicMs() + EVERY_MS;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#saidCode = null;
  }

  /** Whether this failure is news: it is said once until a call succeeds, or fails in another way. */
  failed(code: string): boolean {
    const pauseMs = Math.min(EVERY_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures = Math.min(this.#failures + 1, 10);
    this.#openMs = this.#clock.monotonicMs() + pauseMs;
    const isNews = this.#saidCode !== code;
    this.#saidCode = code;
    return isNews;
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake.abort();
  }
}
