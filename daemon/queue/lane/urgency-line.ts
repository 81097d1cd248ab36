// A line in which the urgent go first, but not for ever: of any few turns one belongs to whoever has waited longest.
import { URGENCIES, type Urgency } from '../../ecs/urgency.ts';

/** Of so many turns in a row at least one goes to whoever has waited longest. */
const FAIR_TURN = 4;

interface Head<T> {
  readonly item: T;
  /** Number of its arrival. */
  readonly arrival: number;
}

export class UrgencyLine<T> {
  /** By urgency: items in the order of arrival, each with the number of its arrival. */
  readonly #lines: ReadonlyMap<Urgency, Map<T, number>> = new Map(
    URGENCIES.map((urgency) => [urgency, new Map<T, number>()]),
  );
  #arrivals = 0;
  /** Turns in a row that went to others than the one that had waited longest. */
  #unfair = 0;

  get size(): number {
    return [...this.#lines.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** How many of that urgency wait. */
  sizeOf(urgency: Urgency): number {
    return this.#lines.get(urgency)?.size ?? 0;
  }

  /** One that waits already moves up if it has become more urgent, else it keeps its place. */
  add(item: T, urgency: Urgency): void {
    const known = URGENCIES.find((each) => this.#lines.get(each)?.has(item));
    if (known !== undefined && URGENCIES.indexOf(known) <= URGENCIES.indexOf(urgency)) return;
    this.delete(item);
    this.#lines.get(urgency)?.set(item, this.#arrivals++);
  }

  /** It waits no longer, and had no turn. */
  delete(item: T): void {
    for (const line of this.#lines.values()) line.delete(item);
  }

  /** The most urgent first. */
  all(): readonly T[] {
    return [...this.#lines.values()].flatMap((line) => [...line.keys()]);
  }

  clear(): void {
    for (const line of this.#lines.values()) line.clear();
  }

  /** Whose turn it is; it stays in the line until it takes it. */
  next(): T | undefined {
    const heads = this.#heads();
    return (this.isFairTurn ? oldest(heads) : heads[0])?.item;
  }

  /** Whether the turn is that of whoever has waited longest, since others had so many. */
  get isFairTurn(): boolean {
    return this.#unfair >= FAIR_TURN - 1;
  }

  /** The first of that urgency. */
  first(urgency: Urgency): T | undefined {
    return this.#headOf(urgency)?.item;
  }

  /** The item has its turn. */
  take(item: T): void {
    this.#unfair = item === oldest(this.#heads())?.item ? 0 : this.#unfair + 1;
    this.delete(item);
  }

  /** The most urgent first. */
  #heads(): Array<Head<T>> {
    return URGENCIES.flatMap((urgency) => this.#headOf(urgency) ?? []);
  }

  #headOf(urgency: Urgency): Head<T> | null {
    for (const [item, arrival] of this.#lines.get(urgency) ?? []) return { item, arrival };
    return null;
  }
}

function oldest<T>(heads: ReadonlyArray<Head<T>>): Head<T> | undefined {
  const [first] = heads;
  return first && heads.reduce((before, head) => (head.arrival < before.arrival ? head : before), first);
}
