// That something in a folder may have changed, and where that is known, what.
import type { Clock } from '../../clock.ts';

/** Of more names it is only known that they are many. */
const MAX_NAMES = 100;

/** Hints merge until someone waits for them. */
export class Hints {
  readonly #clock: Clock;
  #raised = false;
  #names: Set<string> | null = new Set();
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param name of what changed; null: anything may have */
  raise(name: string | null): void {
    this.#raised = true;
    if (name === null || this.#names?.size === MAX_NAMES) this.#names = null;
    else this.#names?.add(name);
    this.#waiting?.abort();
  }

  /** Takes the hints there are, or waits for the next one; false if none came in time. */
  async within(delayMs: number): Promise<boolean> {
    if (!this.#raised) {
      this.#waiting = new AbortController();
      await this.#clock.sleep(delayMs, this.#waiting.signal);
      this.#waiting = null;
    }
    const raised = this.#raised;
    this.#raised = false;
    return raised;
  }

  /** What all hints since the last call named; null if one of them named nothing, or they named too much. */
  names(): ReadonlySet<string> | null {
    const names = this.#names;
    this.#names = new Set();
    return names;
  }
}
