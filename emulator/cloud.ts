// The emulated cloud as a whole: what the actions see of it (World) and what the admin API may replace.
import type { World } from './action.ts';
import type { Quirks } from './quirks.ts';
import { randomId } from './random.ts';
import { drawnIds } from './state-ids.ts';
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
  /** Ids in the form that `newId` draws: those of the states that were put here, and those drawn since. */
  readonly #taken: Set<string>;

  constructor(options: CloudOptions) {
    this.random = options.random;
    this.clock = options.clock;
    this.#state = options.state;
    this.#quirks = options.quirks;
    this.#taken = new Set(drawnIds(options.state));
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

  /** An id that nothing here has or ever had: a saved state may hold what this seed drew before. */
  newId(prefix: string): string {
    let id = randomId(prefix, this.random);
    while (this.#taken.has(id)) id = randomId(prefix, this.random);
    this.#taken.add(id);
    return id;
  }

  /** The new state counts as one change of the old one, so versions only grow. */
  replaceState(next: State): void {
    next.version = this.#state.version + 1;
    this.#state = next;
    for (const id of drawnIds(next)) this.#taken.add(id);
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
