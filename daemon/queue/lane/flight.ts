// How many calls of a lane may be under way at once. As many as the rate and the usual time to an answer make (Little's
// law: calls under way = rate x time), so that a slow endpoint does not slow the pace; within bounds. A call that takes
// far longer than usual no longer counts: it holds a connection, and keeps no other call from its turn.

export interface FlightBounds {
  /** However fast the answers come. */
  readonly least: number;
  /** However slow they come. */
  readonly most: number;
  /**
   * So many more, for fixes and for what has its turn before one: they do not wait until calls of the routine that hang no
   * longer count.
   */
  readonly forFixes: number;
  /** Those included that no longer count. */
  readonly mostInAll: number;
}

const MS_A_MINUTE = 60_000;
/** Half as many again as the law says: answers do not come evenly. */
const ROOM = 1.5;
/** The usual time is the median of so many answers, before the first of them this. */
const REMEMBERED = 31;
const FIRST_GUESS_MS = 200;
/** So many times the usual time is overdue, and nothing is before this. */
const OVERDUE_TIMES = 4;
const OVERDUE_FLOOR_MS = 1000;

/** A call under way. */
export interface FlightEntry {
  readonly beganMs: number;
  readonly onOverdue: () => void;
}

export class Flight {
  readonly #bounds: FlightBounds;
  /** Those that count, in the order of their starts; and those beyond them that go as fixes do. */
  readonly #punctual = new Set<FlightEntry>();
  readonly #beyond = new Set<FlightEntry>();
  readonly #overdue = new Set<FlightEntry>();
  #answersMs: readonly number[] = [];
  #usualMs = FIRST_GUESS_MS;

  constructor(bounds: FlightBounds) {
    this.#bounds = bounds;
  }

  /** Median time from the start of a call to its answer. */
  get usualMs(): number {
    return this.#usualMs;
  }

  hasRoom(callsPerMinute: number, goesAsFix: boolean): boolean {
    const { forFixes, mostInAll } = this.#bounds;
    if (this.#punctual.size + this.#beyond.size + this.#overdue.size >= mostInAll) return false;
    return this.#hasUsualRoom(callsPerMinute) || (goesAsFix && this.#beyond.size < forFixes);
  }

  #hasUsualRoom(callsPerMinute: number): boolean {
    const { least, most } = this.#bounds;
    const wanted = Math.ceil((callsPerMinute / MS_A_MINUTE) * this.#usualMs * ROOM);
    return this.#punctual.size < Math.min(most, Math.max(least, wanted));
  }

  /** There has to be room for it. */
  begin(entry: FlightEntry, callsPerMinute: number): void {
    (this.#hasUsualRoom(callsPerMinute) ? this.#punctual : this.#beyond).add(entry);
  }

  /** `answered`: the vendor answered, whatever it said. What came to no answer says nothing of its usual time. */
  end(entry: FlightEntry, nowMs: number, answered: boolean): void {
    for (const entries of [this.#punctual, this.#beyond, this.#overdue]) entries.delete(entry);
    if (!answered) return;
    this.#answersMs = [...this.#answersMs.slice(1 - REMEMBERED), nowMs - entry.beganMs];
    const sorted = this.#answersMs.toSorted((a, b) => a - b);
    this.#usualMs = sorted[Math.floor(sorted.length / 2)] ?? FIRST_GUESS_MS;
  }

  /** Calls that have become overdue count no longer, and are told so. */
  settle(nowMs: number): void {
    for (const entries of [this.#punctual, this.#beyond]) {
      for (const entry of entries) {
        if (entry.beganMs + this.#overdueMs > nowMs) break;
        entries.delete(entry);
        this.#overdue.add(entry);
        entry.onOverdue();
      }
    }
  }

  /** Until the next call becomes overdue; Infinity: none is under way that counts. */
  msToOverdue(nowMs: number): number {
    const oldestMs = Math.min(oldestOf(this.#punctual), oldestOf(this.#beyond));
    return Math.max(0, oldestMs + this.#overdueMs - nowMs);
  }

  get #overdueMs(): number {
    return Math.max(OVERDUE_FLOOR_MS, OVERDUE_TIMES * this.#usualMs);
  }
}

/** When the first of them began; Infinity: there is none. */
function oldestOf(entries: ReadonlySet<FlightEntry>): number {
  for (const { beganMs } of entries) return beganMs;
  return Infinity;
}
