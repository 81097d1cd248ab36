// Between the replicas and the database that they share: what is asked and what is answered takes its time, and is lost where
// a machine is cut off, or the database is gone for a while. What was sent arrives, whatever becomes of its sender.
import { JournalError } from '../../../daemon/journal/journal.ts';
import { POOL_BOUNDS } from '../../../daemon/journal/postgres/connection.ts';
import type { Random } from '../../support/random.ts';
import type { Machine, VirtualProcess, VirtualTime } from '../virtual-time.ts';

/** What of an exchange is lost. */
export type LostWay = 'requests' | 'answers' | 'both';

interface Cut {
  /** Null: the database is gone, for all of them. */
  readonly machine: Machine | null;
  readonly loses: LostWay;
  readonly untilMs: number;
}

export class Database {
  readonly #time: VirtualTime;
  readonly #random: Random;
  #cuts: Cut[] = [];
  #slowUntilMs = -Infinity;
  /** When it was last as it should be again, by machine. */
  readonly #troubledUntilMs = new Map<Machine | null, number>();

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  cutOff(machine: Machine | null, loses: LostWay, forMs: number): void {
    const untilMs = this.#time.nowMs + forMs;
    this.#cuts = this.#cuts.filter((cut) => this.#time.nowMs < cut.untilMs);
    this.#cuts.push({ machine, loses, untilMs });
    this.#noteTrouble(machine, untilMs);
  }

  slowDown(forMs: number): void {
    this.#slowUntilMs = this.#time.nowMs + forMs;
    this.#noteTrouble(null, this.#slowUntilMs);
  }

  heal(): void {
    this.#cuts = [];
    this.#slowUntilMs = -Infinity;
    for (const machine of this.#troubledUntilMs.keys()) this.#troubledUntilMs.set(machine, this.#time.nowMs);
  }

  /** Until when the machine could not rely on it, or will not; minus infinity if it always could. */
  troubledUntilMs(machine: Machine): number {
    const [own, all] = [this.#troubledUntilMs.get(machine), this.#troubledUntilMs.get(null)];
    return Math.max(own ?? -Infinity, all ?? -Infinity);
  }

  /** Does the work in one step, some time after it was asked for; the answer comes back as an event of the process. */
  ask<T>(process: VirtualProcess, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { machine } = process;
      const isLost = this.#loses(machine, 'requests');
      const isRefused = isLost && this.#random.chance(0.5);
      const giveUp = process.in(isRefused ? this.#delayMs() : POOL_BOUNDS.answerMs, () =>
        reject(new JournalError('unavailable', 'simulated: the database does not answer')),
      );
      if (isLost || !process.isAlive) return;
      const answer = (tell: () => void): void => {
        if (this.#loses(machine, 'answers')) return;
        process.in(this.#delayMs(), () => {
          giveUp();
          tell();
        });
      };
      this.#time.in(this.#delayMs(), () => {
        if (this.#isGone) return;
        work().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  }

  get #isGone(): boolean {
    return this.#cuts.some(({ machine, untilMs }) => machine === null && this.#time.nowMs < untilMs);
  }

  #loses(of: Machine, way: 'requests' | 'answers'): boolean {
    return this.#cuts.some(
      ({ machine, loses, untilMs }) =>
        this.#time.nowMs < untilMs &&
        (machine === null || machine === of) &&
        (loses === way || loses === 'both'),
    );
  }

  #delayMs(): number {
    if (this.#time.nowMs < this.#slowUntilMs) return 50 + this.#random.below(4000);
    return this.#random.chance(0.98) ? 1 + this.#random.below(8) : 10 + this.#random.below(400);
  }

  #noteTrouble(machine: Machine | null, untilMs: number): void {
    this.#troubledUntilMs.set(machine, Math.max(untilMs, this.#troubledUntilMs.get(machine) ?? -Infinity));
  }
}
