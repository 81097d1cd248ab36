// A timer that is set again and again: only the newest time holds.
import type { Clock } from '../clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: AbortController | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  ringIn(delayMs: number): void {
    this.cancel();
    const set = new AbortController();
    this.#set = set;
    void this.#clock.sleep(delayMs, set.signal).then(() => {
      if (!set.signal.aborted) this.#ring();
    });
  }

  cancel(): void {
    // A reason of our own spares the making of an error, with its stack, for each of thousands.
    this.#set?.abort('set again');
    this.#set = null;
  }
}
