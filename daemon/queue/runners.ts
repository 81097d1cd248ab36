// The runners of one account and region: how many groups are read side by side, and whose turn it is. A runner is held
// while a group is read, and no longer than that reading goes on: one that has stalled keeps no other group waiting.
import type { Urgency } from '../ecs/urgency.ts';
import { UrgencyLine } from './lane/urgency-line.ts';

/** Reads of one account and region that may hang beside those that go on. */
const MOST_STALLED = 256;
/** Fixes that may be read beside all others. */
const MOST_EXTRA_FIXES = 32;

/** What a run says of itself. Each may be called several times, and in any order. */
export interface RunnerSigns {
  /** It hangs, or waits to try again. */
  readonly stalled: () => void;
  /** The group was read, or is not going to be. */
  readonly read: () => void;
}

export class Runners<T> {
  readonly #most: number;
  readonly #begin: (item: T, signs: RunnerSigns) => void;
  readonly #line = new UrgencyLine<T>();
  #reading = 0;
  #stalled = 0;

  /** `most`: groups that are read side by side. */
  constructor(most: number, begin: (item: T, signs: RunnerSigns) => void) {
    this.#most = most;
    this.#begin = begin;
  }

  /** One that waits already moves up if it has become more urgent. */
  add(item: T, urgency: Urgency): void {
    this.#line.add(item, urgency);
    this.#pump();
  }

  /** No item that waits is begun any more. */
  clear(): void {
    this.#line.clear();
  }

  #pump(): void {
    for (let item = this.#next(); item !== undefined; item = this.#next()) this.#start(item);
  }

  #next(): T | undefined {
    const isFree = this.#reading < this.#most && this.#stalled < MOST_STALLED;
    if (isFree) return this.#line.next();
    return this.#reading < this.#most + MOST_EXTRA_FIXES ? this.#line.first('fix') : undefined;
  }

  #start(item: T): void {
    this.#line.take(item);
    this.#reading += 1;
    let state: 'reading' | 'stalled' | 'read' = 'reading';
    const move = (to: 'stalled' | 'read'): void => {
      if (state === to || state === 'read') return;
      if (state === 'reading') this.#reading -= 1;
      else this.#stalled -= 1;
      if (to === 'stalled') this.#stalled += 1;
      state = to;
      this.#pump();
    };
    this.#begin(item, { stalled: () => move('stalled'), read: () => move('read') });
  }
}
