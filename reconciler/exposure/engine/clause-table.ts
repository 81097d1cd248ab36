// The boxes of all rules of a universe as one table of atom ranges, strongest first. A table has a
// frame: the part of the packet space that is asked about. Clipping the boxes to the frame is all it
// takes to ask a question inside one rule's box. Of the symbols, which may be as many as the rules, a
// clause keeps the one or two that it names.
import { intAt, itemAt } from './at.ts';
import type { AtomRange } from './axis.ts';
import type { Meter } from './meter.ts';
import { FIELDS } from './rule-boxes.ts';

/** A box on its way into a table. */
export interface Clause {
  readonly rank: number;
  /** The rules (indexes) that match this box at this rank: two rules may say the same. */
  readonly rules: readonly number[];
  /** One a field. */
  readonly ranges: readonly AtomRange[];
  /** The dimensions of the symbols that a packet must be in, ascending. */
  readonly symbols: readonly number[];
}

/** To narrow a table costs little for a clause that is soon seen not to meet the box, and more for one that stays. */
const LOOKING_WORK = 1 / 8;
const NARROWING_WORK = 4;

/** The inner loops run over them. */
const FIELD_COUNT = FIELDS.length;

/** Where packets are that are in a symbol. */
const INSIDE: AtomRange = { lo: 1, hi: 1 };
const OUTSIDE: AtomRange = { lo: 0, hi: 0 };

const FREE_MEMBERSHIPS: ReadonlyMap<number, boolean> = new Map();

export class ClauseTable {
  /** Fields first, then one dimension a symbol: atom 0 is "not a member", atom 1 is "a member". */
  readonly dimensions: number;
  readonly size: number;
  readonly frame: readonly AtomRange[];
  readonly #clauses: readonly Clause[];
  readonly #lo: Int32Array;
  readonly #hi: Int32Array;
  /** For each clause and field, and for the dimension behind the fields: see `nextConstrained`. */
  readonly #next: Int32Array;

  /** The clauses are in order of precedence, and each meets the frame. */
  constructor(frame: readonly AtomRange[], clauses: readonly Clause[]) {
    this.frame = frame;
    this.dimensions = frame.length;
    this.size = clauses.length;
    this.#clauses = clauses;
    this.#lo = new Int32Array(this.size * FIELD_COUNT);
    this.#hi = new Int32Array(this.size * FIELD_COUNT);
    this.#next = new Int32Array(this.size * (FIELD_COUNT + 1));
    for (const [index, clause] of clauses.entries()) this.#fill(index, clause);
  }

  #fill(index: number, clause: Clause): void {
    let next = this.#nextSymbol(clause, FIELD_COUNT);
    this.#next[index * (FIELD_COUNT + 1) + FIELD_COUNT] = next;
    for (let field = FIELD_COUNT - 1; field >= 0; field -= 1) {
      const limits = itemAt(this.frame, field);
      const range = itemAt(clause.ranges, field);
      const lo = Math.max(range.lo, limits.lo);
      const hi = Math.min(range.hi, limits.hi);
      if (lo !== limits.lo || hi !== limits.hi) next = field;
      this.#lo[index * FIELD_COUNT + field] = lo;
      this.#hi[index * FIELD_COUNT + field] = hi;
      this.#next[index * (FIELD_COUNT + 1) + field] = next;
    }
  }

  #nextSymbol({ symbols }: Clause, from: number): number {
    for (const dimension of symbols) {
      if (dimension >= from && itemAt(this.frame, dimension).lo < INSIDE.lo) return dimension;
    }
    return this.dimensions;
  }

  lo(clause: number, dimension: number): number {
    if (dimension < FIELD_COUNT) return intAt(this.#lo, clause * FIELD_COUNT + dimension);
    const isNamed = itemAt(this.#clauses, clause).symbols.includes(dimension);
    return isNamed ? INSIDE.lo : itemAt(this.frame, dimension).lo;
  }

  hi(clause: number, dimension: number): number {
    if (dimension < FIELD_COUNT) return intAt(this.#hi, clause * FIELD_COUNT + dimension);
    return itemAt(this.frame, dimension).hi;
  }

  /** The first dimension from `dimension` on that the clause constrains; `dimensions` if there is none. */
  nextConstrained(clause: number, dimension: number): number {
    if (dimension > FIELD_COUNT) return this.#nextSymbol(itemAt(this.#clauses, clause), dimension);
    return intAt(this.#next, clause * (FIELD_COUNT + 1) + dimension);
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

  /** For each clause, the states of all rules that say it, from the states of each rule. */
  masksOf(ofRules: Int32Array): Int32Array {
    return Int32Array.from(this.#clauses, ({ rules }) =>
      rules.reduce((mask, rule) => mask | intAt(ofRules, rule), 0),
    );
  }

  /** Ranks of accepting rules are odd (see `ruleRank`). */
  accepts(clause: number): boolean {
    return (this.rankOf(clause) & 1) === 1;
  }

  /** Where in this table a clause of another one is. */
  indexOf(clause: Clause): number {
    return this.#clauses.indexOf(clause);
  }

  /** The clause's ranges, one a field. */
  fieldsOf(clause: number): AtomRange[] {
    return FIELDS.map((_, field) => ({ lo: this.lo(clause, field), hi: this.hi(clause, field) }));
  }

  /** The dimensions of the symbols that the clause names. */
  symbolsOf(clause: number): readonly number[] {
    return itemAt(this.#clauses, clause).symbols;
  }

  /** Whether some packet matches both clauses. No clause asks for packets outside of a symbol. */
  overlap(a: number, b: number): boolean {
    const lo = this.#lo;
    const hi = this.#hi;
    for (let field = 0; field < FIELD_COUNT; field += 1) {
      const one = a * FIELD_COUNT + field;
      const other = b * FIELD_COUNT + field;
      if (intAt(lo, one) > intAt(hi, other) || intAt(lo, other) > intAt(hi, one)) return false;
    }
    return true;
  }

  /** Whether the clause matches packets that are at one end of each field of the frame. */
  hasCorner(clause: number, end: keyof AtomRange): boolean {
    const ends = end === 'lo' ? this.#lo : this.#hi;
    for (let field = 0; field < FIELD_COUNT; field += 1) {
      if (intAt(ends, clause * FIELD_COUNT + field) !== itemAt(this.frame, field)[end]) return false;
    }
    return true;
  }

  /**
   * The same question asked only inside the box of one clause, and only of packets that are in the symbols that
   * `memberships` (dimensions) maps to true and in none that it maps to false; null if the meter cannot pay for it.
   */
  within(
    clause: number,
    meter: Meter,
    memberships: ReadonlyMap<number, boolean> = FREE_MEMBERSHIPS,
  ): ClauseTable | null {
    const inside: Clause[] = [];
    for (let other = 0; other < this.size; other += 1) {
      if (!this.overlap(clause, other)) continue;
      const candidate = itemAt(this.#clauses, other);
      if (candidate.symbols.every((dimension) => memberships.get(dimension) !== false))
        inside.push(candidate);
    }
    meter.spend(this.size * LOOKING_WORK + inside.length * NARROWING_WORK);
    return meter.isSpent ? null : new ClauseTable(this.#frameOf(clause, memberships), inside);
  }

  #frameOf(clause: number, memberships: ReadonlyMap<number, boolean>): AtomRange[] {
    const frame = [...this.fieldsOf(clause), ...this.frame.slice(FIELD_COUNT)];
    for (const [symbol, isInside] of memberships) frame[symbol] = isInside ? INSIDE : OUTSIDE;
    for (const symbol of this.symbolsOf(clause)) frame[symbol] = INSIDE;
    return frame;
  }
}
