// What waits for one receiver. It is bounded in number and bytes: what has no room any more is counted by event, the
// least severe first, so that what is told and what is counted are always all that happened.
import { LOG_LEVELS, type LogLevel } from '../telemetry/event-row.ts';
import { noteSize, type Note } from './note.ts';

/** How many of each event. */
export type EventCounts = ReadonlyMap<string, number>;

export interface NoteBatch {
  /** The most severe first, otherwise in the order of time. */
  readonly notes: readonly Note[];
  /** Events that came besides. */
  readonly counted: EventCounts;
}

export interface WaitingBounds {
  readonly notes: number;
  readonly bytes: number;
}

export const WAITING_BOUNDS: WaitingBounds = { notes: 1000, bytes: 1024 * 1024 };

/** From the loudest. */
const LEVELS: readonly LogLevel[] = LOG_LEVELS.toReversed();

export class WaitingNotes {
  readonly #bounds: WaitingBounds;
  readonly #byLevel = new Map<LogLevel, Note[]>(LEVELS.map((level) => [level, []]));
  readonly #counted = new Map<string, number>();
  #notes = 0;
  #bytes = 0;

  constructor(bounds: WaitingBounds = WAITING_BOUNDS) {
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#notes === 0 && this.#counted.size === 0;
  }

  add(note: Note): void {
    this.#byLevel.get(note.level)?.push(note);
    this.#notes += 1;
    this.#bytes += noteSize(note);
    while (this.#notes > this.#bounds.notes || this.#bytes > this.#bounds.bytes) this.#countOne();
  }

  /** Of events that will not be told. */
  count(counts: EventCounts): void {
    for (const [event, many] of counts) this.#counted.set(event, (this.#counted.get(event) ?? 0) + many);
  }

  /** All that waits, which waits no more. */
  take(): NoteBatch {
    const notes = LEVELS.flatMap((level) => this.#byLevel.get(level)?.splice(0) ?? []);
    const counted = new Map(this.#counted);
    this.#counted.clear();
    this.#notes = 0;
    this.#bytes = 0;
    return { notes, counted };
  }

  /** Of the least severe ones the newest: what came first is more often the cause of the rest. */
  #countOne(): void {
    const quietest = LEVELS.findLast((level) => (this.#byLevel.get(level)?.length ?? 0) > 0);
    const note = quietest === undefined ? undefined : this.#byLevel.get(quietest)?.pop();
    if (note === undefined) return;
    this.#notes -= 1;
    this.#bytes -= noteSize(note);
    this.count(new Map([[note.event, 1]]));
  }
}

/** What a message counts that shows only the first `shown` notes. */
export function countsBeyond({ notes, counted }: NoteBatch, shown: number): EventCounts {
  const counts = new Map(counted);
  for (const { event } of notes.slice(shown)) counts.set(event, (counts.get(event) ?? 0) + 1);
  return counts;
}

export const totalOf = (counts: EventCounts): number =>
  [...counts.values()].reduce((sum, many) => sum + many, 0);

/** `3 plan.blocked`, the most frequent first. */
export const countTexts = (counts: EventCounts): string[] =>
  [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([event, many]) => `${many} ${event}`);
