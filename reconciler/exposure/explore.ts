// The one sweep behind all exact answers. Up to three states (sets of clauses) are decided side by
// side over the whole frame, and each cell gets a terminal from who wins in each state.
//
// It goes through the dimensions in order. What is left to decide is a list of clauses, strongest
// first, each with the states it belongs to, and per state the label of who wins if none of them
// matches. In one dimension the end points of the listed clauses cut the frame into intervals; each
// interval keeps the clauses that cover it, and the rest is pruned:
//   cut    a clause that matches everything still open beats all behind it, and becomes the fallback;
//   trim   clauses at the tail that say the same as the fallback say nothing;
//   settle if two states that must not differ have the same list left, they can't: nothing to find.
// Equal remainders are explored once, so the cost is the number of different lists that are met, which
// in real groups is small because an edit touches few of them.
import { intAt, itemAt } from './at.ts';
import { BitSet } from './bit-set.ts';
import type { ClauseTable } from './clause-table.ts';
import { Diagram, exactKey, NOTHING, terminal, type NodeRef } from './diagram.ts';
import type { Meter } from './meter.ts';

export interface Question {
  readonly table: ClauseTable;
  /** Number of states, 1 to 3. */
  readonly states: number;
  /** For each clause, bit s is set if the clause is in state s. */
  readonly masks: Int32Array;
  /** For each clause, what it means that it wins. Clauses with equal labels need not be told apart. */
  readonly labels: Int32Array;
  /** The label of the default. */
  readonly fallback: number;
  /** The terminal of a cell, from the label that wins in each state; 0 is "not looked for". */
  readonly judge: (winners: readonly number[]) => number;
  /** Pairs of states, as masks: where the two agree, `judge` gives 0. */
  readonly settledBy: readonly number[];
  /** Stop at the first cell that is looked for: the diagram then holds that cell and maybe more. */
  readonly stopAtFirst: boolean;
}

export interface Answer {
  readonly diagram: Diagram;
  readonly root: NodeRef;
}

/** Null if the meter ran out first. */
export function explore(question: Question, meter: Meter): Answer | null {
  const exploration = new Exploration(question, meter);
  const root = exploration.root();
  return meter.isSpent ? null : { diagram: exploration.diagram, root };
}

/** What is left to decide from some dimension on. */
interface Remainder {
  /** Strongest first: the clause, shifted left by `MASK_BITS`, and the states that it is left in. */
  readonly entries: Int32Array;
  /** Per state, the label that wins if no entry of the state matches. */
  readonly winners: readonly number[];
}

const MASK_BITS = 3;
const MASK = (1 << MASK_BITS) - 1;

class Exploration {
  readonly diagram = new Diagram();
  readonly #question: Question;
  readonly #meter: Meter;
  readonly #memo = new Map<string, NodeRef>();

  constructor(question: Question, meter: Meter) {
    this.#question = question;
    this.#meter = meter;
  }

  root(): NodeRef {
    const { table, masks, states, fallback } = this.#question;
    const entries: number[] = [];
    for (let clause = 0; clause < table.size; clause += 1) {
      const mask = intAt(masks, clause);
      if (mask !== 0) entries.push((clause << MASK_BITS) | mask);
    }
    const whole = { entries: Int32Array.from(entries), winners: new Array<number>(states).fill(fallback) };
    return this.#decide(this.#prune(whole, BitSet.full(entries.length), 0), 0);
  }

  #decide(rest: Remainder | null, from: number): NodeRef {
    if (rest === null || this.#meter.isSpent) return NOTHING;
    if (rest.entries.length === 0) return terminal(this.#question.judge(rest.winners));
    const dimension = this.#nextDimension(rest, from);
    const key = exactKey(Int32Array.of(dimension, ...rest.winners, ...rest.entries));
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const ref = this.#sweep(rest, dimension);
    this.#memo.set(key, ref);
    return ref;
  }

  #nextDimension(rest: Remainder, from: number): number {
    let next = this.#question.table.dimensions;
    for (const entry of rest.entries) {
      next = Math.min(next, this.#question.table.nextConstrained(entry >> MASK_BITS, from));
    }
    return next;
  }

  #sweep(rest: Remainder, dimension: number): NodeRef {
    const frame = itemAt(this.#question.table.frame, dimension);
    const size = rest.entries.length;
    const events = this.#events(rest, dimension);
    const active = new BitSet(size);
    const ends: number[] = [];
    const children: NodeRef[] = [];
    let next = 0;
    for (let from = frame.lo; from <= frame.hi;) {
      for (; next < events.length && Math.floor((events[next] ?? 0) / size) === from; next += 1) {
        active.toggle((events[next] ?? 0) % size);
      }
      const until = next < events.length ? Math.floor((events[next] ?? 0) / size) - 1 : frame.hi;
      const child = this.#decide(this.#prune(rest, active, dimension + 1), dimension + 1);
      ends.push(until);
      children.push(child);
      if (this.#question.stopAtFirst && child !== NOTHING) break;
      from = until + 1;
    }
    return this.diagram.intern(dimension, ends, children);
  }

  /** Where entries begin and end, in order: each number is an atom times the list's size plus a position. */
  #events(rest: Remainder, dimension: number): Float64Array {
    const { table } = this.#question;
    const size = rest.entries.length;
    const frameEnd = itemAt(table.frame, dimension).hi;
    const events: number[] = [];
    for (const [position, entry] of rest.entries.entries()) {
      const clause = entry >> MASK_BITS;
      const hi = table.hi(clause, dimension);
      events.push(table.lo(clause, dimension) * size + position);
      if (hi < frameEnd) events.push((hi + 1) * size + position);
    }
    this.#meter.spend(size);
    return Float64Array.from(events).sort();
  }

  /** The active part of a remainder, less what can't matter from `dimension` on; null if nothing can. */
  #prune(rest: Remainder, active: BitSet, dimension: number): Remainder | null {
    const { table, labels, states } = this.#question;
    const winners = [...rest.winners];
    const entries: number[] = [];
    let open = (1 << states) - 1;
    let looked = 0;
    for (let at = active.next(0); at >= 0 && open !== 0; at = active.next(at + 1)) {
      looked += 1;
      const entry = intAt(rest.entries, at);
      const mask = entry & open;
      if (mask === 0) continue;
      const clause = entry >> MASK_BITS;
      if (table.nextConstrained(clause, dimension) < table.dimensions) {
        entries.push((clause << MASK_BITS) | mask);
        continue;
      }
      open &= ~mask;
      for (let state = 0; state < states; state += 1) {
        if ((mask & (1 << state)) !== 0) winners[state] = intAt(labels, clause);
      }
    }
    this.#meter.spend(looked + 1);
    const trimmed = this.#trim(entries, winners);
    return this.#isSettled(trimmed, winners) ? null : { entries: Int32Array.from(trimmed), winners };
  }

  /** Takes from the tail, state by state, the entries that say what is said without them. */
  #trim(entries: readonly number[], winners: readonly number[]): number[] {
    const kept: number[] = [];
    let trimming = (1 << this.#question.states) - 1;
    for (const entry of entries.toReversed()) {
      const label = intAt(this.#question.labels, entry >> MASK_BITS);
      let left = entry;
      for (const [state, winner] of winners.entries()) {
        const bit = 1 << state;
        if ((left & trimming & bit) === 0) continue;
        if (label === winner) left &= ~bit;
        else trimming &= ~bit;
      }
      if ((left & MASK) !== 0) kept.push(left);
    }
    return kept.reverse();
  }

  #isSettled(entries: readonly number[], winners: readonly number[]): boolean {
    return this.#question.settledBy.some((pair) => {
      const labels = new Set(winners.filter((_, state) => (pair & (1 << state)) !== 0));
      return labels.size === 1 && entries.every((entry) => (entry & pair) === 0 || (entry & pair) === pair);
    });
  }
}
