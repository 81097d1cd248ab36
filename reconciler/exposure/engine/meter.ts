/**
 * How much work a question may cost. The unit is one clause looked at, which bounds time and memory
 * together and, unlike a clock, gives the same answer on every machine. This is about two seconds.
 */
export const DEFAULT_MAX_WORK = 20_000_000;

/** Counts work down. Once it is spent, whatever was being computed must not be believed. */
export class Meter {
  #left: number;

  constructor(maxWork: number) {
    this.#left = maxWork;
  }

  spend(work: number): void {
    this.#left -= work;
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }
}
