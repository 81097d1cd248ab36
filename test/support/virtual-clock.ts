// Time for a daemon in this process that talks to an emulator in this process. It stands still while a call is under
// way or work is left to do, and then jumps to the end of the next wait. It moves only while a test waits for
// something. So no test depends on the speed of the machine, and a minute of the vendor's passes in a moment.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../daemon/clock.ts';
import type { EmulatorClock } from '../../emulator/cloud.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

interface Waiter {
  readonly endMs: number;
  readonly giveUp: (reason: Error) => void;
}

/** Longer than anything that a test waits for. */
const MOST_MS = 6 * 3_600_000;

export class VirtualClock implements Clock {
  readonly startWallMs = Date.now();
  #elapsedMs = 0;
  /** In order of time, and of arrival where that is the same. */
  #sleepers: readonly Sleeper[] = [];
  readonly #waiters = new Set<Waiter>();
  #callsUnderWay = 0;
  #runs = false;
  #stir: () => void = () => undefined;

  nowMs(): number {
    return this.startWallMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { dueMs: this.#elapsedMs + Math.max(0, delayMs), wake };
      const later = this.#sleepers.findIndex(({ dueMs }) => dueMs > sleeper.dueMs);
      this.#sleepers = this.#sleepers.toSpliced(later === -1 ? this.#sleepers.length : later, 0, sleeper);
      signal?.addEventListener('abort', wake);
      this.#stir();
    });
  }

  /** No time passes until the call has its answer. */
  async duringCall<T>(call: Promise<T>): Promise<T> {
    this.#callsUnderWay += 1;
    try {
      return await call;
    } finally {
      this.#callsUnderWay -= 1;
      this.#stir();
    }
  }

  /** For an emulator: a call that it holds back waits in this time. Signatures are dated by the machine's. */
  forEmulator(): EmulatorClock {
    return {
      nowMs: () => this.startWallMs,
      sleep: async (delayMs, signal) => {
        this.#callsUnderWay -= 1;
        await this.sleep(delayMs, signal);
        this.#callsUnderWay += 1;
      },
    };
  }

  /** Lets time pass until the promise settles; fails if that takes hours of it. */
  async until<T>(awaited: Promise<T>): Promise<T> {
    let giveUp: Waiter['giveUp'] = () => undefined;
    const tooLate = new Promise<never>((_, reject) => (giveUp = reject));
    const waiter = { endMs: this.#elapsedMs + MOST_MS, giveUp };
    this.#waiters.add(waiter);
    if (!this.#runs) void this.#run();
    try {
      return await Promise.race([awaited, tooLate]);
    } finally {
      this.#waiters.delete(waiter);
      this.#stir();
    }
  }

  async #run(): Promise<void> {
    this.#runs = true;
    while (this.#waiters.size > 0) {
      // All promises that can settle do so before the next turn; sockets that end and timers of 0 take another.
      await nextTurn();
      await nextTurn();
      const [next] = this.#sleepers;
      if (this.#callsUnderWay > 0 || next === undefined) await this.#stirred();
      else if (this.#waiters.size > 0) this.#pass(next);
    }
    this.#runs = false;
  }

  #pass({ dueMs, wake }: Sleeper): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, dueMs);
    wake();
    for (const { endMs, giveUp } of this.#waiters) {
      if (endMs < this.#elapsedMs) giveUp(new Error('what the test waits for did not happen within hours'));
    }
  }

  #stirred(): Promise<void> {
    return new Promise((resolve) => (this.#stir = resolve));
  }
}
