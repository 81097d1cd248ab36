// Others have their turn between the parts of long work: health checks, signals and the watchdog do not wait for all of it.
import type { Clock } from '../../clock.ts';

/** Longest time for which others wait, but for what a part takes. */
const TURN_MS = 10;

export class Turns {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  #sinceMs: number;

  /** A turn begins with it. */
  constructor(clock: Pick<Clock, 'monotonicMs' | 'sleep'>) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Whether others have waited for so long that they are to have theirs. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#sinceMs >= TURN_MS;
  }

  /** Between two parts: resolves when others have had their turn, and at once where the present one is still short. */
  async next(): Promise<void> {
    if (!this.isOver) return;
    await this.#clock.sleep(0);
    this.#sinceMs = this.#clock.monotonicMs();
  }
}
