// The boxes of all rules of a universe as one table of atom ranges, strongest first. A table has a
// frame: the part of the packet space that is asked about. Clipping the boxes to the frame is all it
// takes to ask a question inside one rule's box.
import { intAt, itemAt } from './at.ts';
import type { AtomRange } from './axis.ts';

/** A box on its way into a table. */
export interface Clause {
  readonly rank: number;
  /** The rules (indexes) that match this box at this rank: two rules may say the same. */
  readonly rules: readonly number[];
  /** One a dimension. */
  readonly ranges: readonly AtomRange[];
}

export class ClauseTable {
  /** Fields first, then one dimension a symbol: atom 0 is "not a member", atom 1 is "a member". */
  readonly dimensions: number;
  readonly size: number;
  readonly frame: readonly AtomRange[];
  readonly #clauses: readonly Clause[];
  readonly #lo: Int32Array;
  readonly #hi: Int32Array;
  /** For each clause and dimension: the first dimension from there on that the clause constrains. */
  readonly #next: Int32Array;

  /** The clauses are in order of precedence, and each meets the frame. */
  constructor(frame: readonly AtomRange[], clauses: readonly Clause[]) {
    this.frame = frame;
    this.dimensions = frame.length;
    this.size = clauses.length;
    this.#clauses = clauses;
    this.#lo = new Int32Array(this.size * this.dimensions);
    this.#hi = new Int32Array(this.size * this.dimensions);
    this.#next = new Int32Array(this.size * (this.dimensions + 1));
    for (const [index, clause] of clauses.entries()) this.#fill(index, clause);
  }

  #fill(index: number, clause: Clause): void {
    let next = this.dimensions;
    this.#next[index * (this.dimensions + 1) + this.dimensions] = next;
    for (let dimension = this.dimensions - 1; dimension >= 0; dimension -= 1) {
      const limits = itemAt(this.frame, dimension);
      const range = itemAt(clause.ranges, dimension);
      const lo = Math.max(range.lo, limits.lo);
      const hi = Math.min(range.hi, limits.hi);
      if (lo !== limits.lo || hi !== limits.hi) next = dimension;
      this.#lo[index * this.dimensions + dimension] = lo;
      this.#hi[index * this.dimensions + dimension] = hi;
      this.#next[index * (this.dimensions + 1) + dimension] = next;
    }
  }

  lo(clause: number, dimension: number): number {
    return intAt(this.#lo, clause * this.dimensions + dimension);
  }

  hi(clause: number, dimension: number): number {
    return intAt(this.#hi, clause * this.dimensions + dimension);
  }

  /** The first dimension from `dimension` on that the clause constrains; `dimensions` if there is none. */
  nextConstrained(clause: number, dimension: number): number {
    return intAt(this.#next, clause * (this.dimensions + 1) + dimension);
  }

  /** The clause as it was given: the same object in every table made from this one. */
  clauseAt(clause: number): Clause {
    return itemAt(this.#clauses, clause);
  }

  rulesOf(clause: number): readonly number[] {
    return itemAt(this.#clauses, clause).rules;
  }

  rankOf(clause: number): number {
    return itemAt(this.#clauses, clause).rank;
  }

  /** Ranks of accepting rules are odd (see `ruleRank`). */
  accepts(clause: number): boolean {
    return (this.rankOf(clause) & 1) === 1;
  }

  /** Where in this table a clause of another one is. */
  indexOf(clause: Clause): number {
    return this.#clauses.indexOf(clause);
  }

  /** The clause's box as a region of one range a dimension. */
  regionOf(clause: number): AtomRange[][] {
    return this.#rangesOf(clause).map((range) => [range]);
  }

  #rangesOf(clause: number): AtomRange[] {
    return this.frame.map((_, dimension) => ({
      lo: this.lo(clause, dimension),
      hi: this.hi(clause, dimension),
    }));
  }

  /** Whether some packet matches both clauses. */
  overlap(a: number, b: number): boolean {
    for (let dimension = 0; dimension < this.dimensions; dimension += 1) {
      if (this.lo(a, dimension) > this.hi(b, dimension)) return false;
      if (this.lo(b, dimension) > this.hi(a, dimension)) return false;
    }
    return true;
  }

  /** The same question asked only inside the box of one clause. */
  within(clause: number): ClauseTable {
    const inside: Clause[] = [];
    for (let other = 0; other < this.size; other += 1) {
      if (this.overlap(clause, other)) inside.push(itemAt(this.#clauses, other));
    }
    return new ClauseTable(this.#rangesOf(clause), inside);
  }
}
