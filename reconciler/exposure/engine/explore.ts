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
import { intAt, itemAt, numberAt } from './at.ts';
import type { AtomRange } from './axis.ts';
import { BitSet } from './bit-set.ts';
import type { ClauseTable } from './clause-table.ts';
import { Diagram, KeyWriter, NOTHING, terminal, type NodeRef } from './diagram.ts';
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

/** The packets that were looked for: those of the frame that the diagram sends to a terminal but `NOTHING`. */
export interface Explored {
  readonly diagram: Diagram;
  readonly root: NodeRef;
  readonly frame: readonly AtomRange[];
}

/** Null if the meter ran out first, as it does where the sweep would go too deep. */
export function explore(question: Question, meter: Meter): Explored | null {
  const exploration = new Exploration(question, meter);
  const root = exploration.root();
  return meter.isSpent ? null : { diagram: exploration.diagram, root, frame: question.table.frame };
}

/** What is left to decide from some dimension on. */
interface Remainder {
  /** Strongest first: the clause, shifted left by `MASK_BITS`, and the states that it is left in. */
  readonly entries: Int32Array;
  /** Per state, the label that wins if no entry of the state matches. */
  readonly winners: readonly number[];
}

/** Dimensions in which one packet is looked at. Only symbols can be so many, and each takes some of the stack. */
const MAX_RECURSION = 500;

const MASK_BITS = 3;
const MASK = (1 << MASK_BITS) - 1;

class Exploration {
  readonly diagram: Diagram;
  readonly #question: Question;
  readonly #meter: Meter;
  readonly #memo = new Map<string, NodeRef>();
  readonly #keys = new KeyWriter();
  /** Where a remainder is pruned. It is copied from here before the next one is. */
  readonly #draft: Int32Array;
  /** The winners of the draft. */
  readonly #winners: number[];
  #depth = 0;

  constructor(question: Question, meter: Meter) {
    this.diagram = new Diagram(this.#keys);
    this.#question = question;
    this.#meter = meter;
    this.#draft = new Int32Array(question.table.size);
    this.#winners = new Array<number>(question.states).fill(question.fallback);
  }

  root(): NodeRef {
    const { masks, states, fallback } = this.#question;
    const entries = relevantClauses(this.#question).map(
      (clause) => (clause << MASK_BITS) | intAt(masks, clause),
    );
    const whole = { entries: Int32Array.from(entries), winners: new Array<number>(states).fill(fallback) };
    return this.#below(whole, BitSet.full(entries.length), 0);
  }

  /** Decides the dimensions from `from` on, for packets that match just the active entries of those above. */
  #below(above: Remainder, active: BitSet, from: number): NodeRef {
    if (this.#meter.isSpent) return NOTHING;
    const winners = this.#winners;
    for (let state = 0; state < winners.length; state += 1) winners[state] = itemAt(above.winners, state);
    const size = this.#trim(this.#cut(above, active, from, winners), winners);
    if (this.#isSettled(size, winners)) return NOTHING;
    if (size === 0) return terminal(this.#question.judge(winners));
    return this.#decide({ entries: this.#draft.slice(0, size), winners: winners.slice() }, from);
  }

  #decide(rest: Remainder, from: number): NodeRef {
    const dimension = this.#nextDimension(rest, from);
    const key = this.#keys.exactKey(dimension, rest.winners, rest.entries);
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    this.#depth += 1;
    if (this.#depth > MAX_RECURSION) this.#meter.spend(Infinity);
    const ref = this.#sweep(rest, dimension);
    this.#depth -= 1;
    this.#memo.set(key, ref);
    return ref;
  }

  #nextDimension(rest: Remainder, from: number): number {
    const { table } = this.#question;
    let next = table.dimensions;
    for (const entry of rest.entries) {
      next = Math.min(next, table.nextConstrained(entry >> MASK_BITS, from));
      if (next === from) break;
    }
    return next;
  }

  #sweep(rest: Remainder, dimension: number): NodeRef {
    const { table, stopAtFirst } = this.#question;
    const frame = itemAt(table.frame, dimension);
    const size = rest.entries.length;
    const events = this.#events(rest, dimension);
    const active = new BitSet(size);
    const ends: number[] = [];
    const children: NodeRef[] = [];
    let next = 0;
    let from = frame.lo;
    while (from <= frame.hi) {
      let until = frame.hi;
      for (; next < events.length; next += 1) {
        const event = numberAt(events, next);
        const atom = Math.floor(event / size);
        if (atom > from) {
          until = atom - 1;
          break;
        }
        active.toggle(event - atom * size);
      }
      const child = this.#below(rest, active, dimension + 1);
      ends.push(until);
      children.push(child);
      from = until + 1;
      if (stopAtFirst && child !== NOTHING) break;
    }
    if (from <= frame.hi) {
      // Nothing was looked at behind what was found: without this it would seem to be the same there.
      ends.push(frame.hi);
      children.push(NOTHING);
    }
    return this.diagram.intern(dimension, ends, children);
  }

  /** Where entries begin and end, in order: each number is an atom times the list's size plus a position. */
  #events(rest: Remainder, dimension: number): Float64Array {
    const { table } = this.#question;
    const size = rest.entries.length;
    const frameEnd = itemAt(table.frame, dimension).hi;
    const events = new Float64Array(2 * size);
    let count = 0;
    for (let position = 0; position < size; position += 1) {
      const clause = intAt(rest.entries, position) >> MASK_BITS;
      const hi = table.hi(clause, dimension);
      events[count++] = table.lo(clause, dimension) * size + position;
      if (hi < frameEnd) events[count++] = (hi + 1) * size + position;
    }
    this.#meter.spend(size);
    return sorted(events.subarray(0, count));
  }

  /** Drafts the active entries up to the first, for each state, that matches all that is open: it wins. */
  #cut(above: Remainder, active: BitSet, from: number, winners: number[]): number {
    const { table, labels, states } = this.#question;
    let size = 0;
    let looked = 1;
    let open = (1 << states) - 1;
    for (let at = active.next(0); at >= 0 && open !== 0; at = active.next(at + 1)) {
      looked += 1;
      const entry = intAt(above.entries, at) & (~MASK | open);
      if ((entry & MASK) === 0) continue;
      const clause = entry >> MASK_BITS;
      if (table.nextConstrained(clause, from) < table.dimensions) {
        this.#draft[size++] = entry;
        continue;
      }
      open &= ~entry;
      for (let state = 0; state < states; state += 1) {
        if ((entry & (1 << state)) !== 0) winners[state] = intAt(labels, clause);
      }
    }
    this.#meter.spend(looked);
    return size;
  }

  /** Takes from the tail, state by state, the entries that say what is said without them. */
  #trim(size: number, winners: readonly number[]): number {
    const { labels, states } = this.#question;
    let trimming = (1 << states) - 1;
    for (let at = size - 1; at >= 0 && trimming !== 0; at -= 1) {
      const entry = intAt(this.#draft, at);
      const label = intAt(labels, entry >> MASK_BITS);
      for (let state = 0; state < states; state += 1) {
        const bit = 1 << state;
        if ((entry & trimming & bit) === 0) continue;
        if (label === winners[state]) this.#draft[at] = intAt(this.#draft, at) & ~bit;
        else trimming &= ~bit;
      }
    }
    let kept = 0;
    for (let at = 0; at < size; at += 1) {
      const entry = intAt(this.#draft, at);
      if ((entry & MASK) !== 0) this.#draft[kept++] = entry;
    }
    return kept;
  }

  #isSettled(size: number, winners: readonly number[]): boolean {
    for (const pair of this.#question.settledBy) {
      if (this.#agree(pair, size, winners)) return true;
    }
    return false;
  }

  #agree(pair: number, size: number, winners: readonly number[]): boolean {
    let label = -1;
    for (let state = 0; state < winners.length; state += 1) {
      if ((pair & (1 << state)) === 0) continue;
      const winner = itemAt(winners, state);
      if (label !== -1 && winner !== label) return false;
      label = winner;
    }
    for (let at = 0; at < size; at += 1) {
      const both = intAt(this.#draft, at) & pair;
      if (both !== 0 && both !== pair) return false;
    }
    return true;
  }
}

/** Up to so many numbers, putting them in place one by one is faster than to call the machine's own sort. */
const FEW = 40;

function sorted(numbers: Float64Array): Float64Array {
  if (numbers.length > FEW) return numbers.sort();
  for (let at = 1; at < numbers.length; at += 1) {
    const number = numberAt(numbers, at);
    let place = at;
    for (; place > 0 && numberAt(numbers, place - 1) > number; place -= 1) {
      numbers[place] = numberAt(numbers, place - 1);
    }
    numbers[place] = number;
  }
  return numbers;
}

/** Above so many pairs, looking for what is irrelevant costs more than it saves. */
const MAX_PAIRS = 4_000_000;

/** The clauses of any state; where states are compared, only those that meet one in which they differ. */
function relevantClauses({ table, masks, states, settledBy }: Question): number[] {
  const all = (1 << states) - 1;
  const used = [...masks.keys()].filter((clause) => intAt(masks, clause) !== 0);
  const differing = used.filter((clause) => intAt(masks, clause) !== all);
  if (settledBy.length === 0 || differing.length * used.length > MAX_PAIRS) return used;
  return used.filter(
    (clause) => intAt(masks, clause) !== all || differing.some((other) => table.overlap(clause, other)),
  );
}
