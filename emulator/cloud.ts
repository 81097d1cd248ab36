// The emulated cloud as a whole: what the actions see of it (World) and what the admin API may replace.
import type { World } from './action.ts';
import type { Quirks } from './quirks.ts';
import { randomId } from './random.ts';
import type { State } from './state.ts';

/** Time as the emulator needs it; the daemon's clock has the same shape, so a simulation can drive both. */
export interface EmulatorClock {
  nowMs(): number;
  /** Resolves after `delayMs` or when the signal aborts; never rejects. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
}

export interface CloudOptions {
  readonly state: State;
  readonly quirks: Quirks;
  readonly clock: EmulatorClock;
  readonly random: () => number;
}

export class Cloud implements World {
  readonly random: () => number;
  readonly clock: EmulatorClock;
  #state: State;
  #quirks: Quirks;
  #advancedMs = 0;

  constructor(options: CloudOptions) {
    this.random = options.random;
    this.clock = options.clock;
    this.#state = options.state;
    this.#quirks = options.quirks;
  }

  get state(): State {
    return this.#state;
  }

  get quirks(): Quirks {
    return this.#quirks;
  }

  /** The emulator's time: the base clock plus what the admin API advanced. */
  nowMs(): number {
    return this.clock.nowMs() + this.#advancedMs;
  }

  newId(prefix: string): string {
    return randomId(prefix, this.random);
  }

  /** The new state counts as one change of the old one, so versions only grow. */
  replaceState(next: State): void {
    next.version = this.#state.version + 1;
    this.#state = next;
  }

  replaceQuirks(next: Quirks): void {
    this.#quirks = next;
  }

  advance(advanceMs: number): void {
    this.#advancedMs += advanceMs;
  }
}

export const systemClock: EmulatorClock = {
  nowMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done);
    }),
};
