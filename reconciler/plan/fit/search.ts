// An order of single calls for a part of a plan that does not fit into the room as a whole: depth first over
// which of its rules are there, each state on the way proved by the exposure engine. Bounded by counts and not
// by a clock, so that it answers alike everywhere.
import { intAt, itemAt } from '../../exposure/engine/at.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import { Meter } from '../../exposure/engine/meter.ts';
import type { Direction } from '../../model/rule.ts';
import { Transition } from '../proof/transition.ts';
import type { CallLimits } from '../order/calls.ts';
import { fits, minus, plus, type Load } from './quota.ts';
import type { SearchMove, SearchSpace } from './search-space.ts';

interface SearchTask {
  readonly space: SearchSpace;
  readonly context: GroupContext;
  /** Whether no other group adds rules on the interfaces of this one: then more states are hitless. */
  readonly alone: boolean;
  /** Room beside what the group holds before. */
  readonly free: Load;
  readonly budget: SearchBudget;
}

/** What all searches of a plan may still take together. */
export interface SearchBudget {
  /** States to prove. */
  readonly states: Meter;
  /** The work of proving them: where rules name many groups, one state may take as much as a thousand elsewhere. */
  readonly work: Meter;
}

/** Larger parts are not searched. */
const MAX_RULES = 600;
/** States that are proved in one search. */
const MAX_CHECKS = 8000;

/** The work is about one second. */
const MAX_STATES = 24_000;
const MAX_SEARCH_WORK = 10_000_000;

export const searchBudget = (share: number): SearchBudget => ({
  states: new Meter(MAX_STATES * share),
  work: new Meter(MAX_SEARCH_WORK * share),
});

const isSpent = ({ states, work }: SearchBudget): boolean => states.isSpent || work.isSpent;

const NO_LOAD: Load = { rules: 0, groupRules: 0 };

/** Calls that lead through hitless states only, from all old rules of the part to all new ones; null if none are found. */
export function searchCalls(task: SearchTask, options: CallLimits): SearchMove[][] | null {
  if (task.space.changed.length > MAX_RULES || isSpent(task.budget)) return null;
  const search = new Search(task);
  const path = search.path();
  return path === null ? null : search.gather(path, options);
}

class Search {
  readonly #task: SearchTask;
  readonly #transition: Transition;
  /** Which rules are there: the changed ones, then the bystanders. */
  readonly #now: Uint8Array;
  /** The same of the changed rules, as bits. */
  readonly #bits: Int32Array;
  readonly #path: SearchMove[] = [];
  readonly #deadEnds = new Set<string>();
  readonly #known = new Map<SearchMove, KnownSafety>();
  #load = NO_LOAD;
  #checksLeft = MAX_CHECKS;

  constructor(task: SearchTask) {
    this.#task = task;
    const { changed, bystanders } = task.space;
    const rules = [
      ...changed.map(({ rule, side }) => ({ rule, before: side === 'old', after: side === 'new' })),
      ...bystanders.map((rule) => ({ rule, before: true, after: true })),
    ];
    this.#transition = new Transition(rules, task.context, { meter: task.budget.work, alone: task.alone });
    this.#now = Uint8Array.from(rules, ({ before }) => Number(before));
    this.#bits = bitsOf(
      changed.length,
      changed.flatMap(({ side }, at) => (side === 'old' ? [at] : [])),
    );
  }

  path(): readonly SearchMove[] | null {
    const { opening } = this.#task.space;
    if (opening !== null) {
      if (!this.#isPossible(opening) || !this.#isSafe(opening)) return null;
      this.#apply(opening);
      this.#path.push(opening);
    }
    return this.#descend() ? this.#path : null;
  }

  /**
   * Gathers the moves of a path into calls. A call may hold several authorizations if each of them alone is safe
   * where it begins, and several revocations if each alone may still be there where it ends (lemma on singles).
   */
  gather(path: readonly SearchMove[], options: CallLimits): SearchMove[][] {
    for (const move of path.toReversed()) this.#undo(move);
    return runs(path).flatMap((run) => {
      if (run[0]?.kind !== 'revoke') return this.#pack(run, options, (move) => this.#apply(move));
      for (const move of run) this.#apply(move);
      const calls = this.#pack(run.toReversed(), options, (move) => this.#undo(move));
      for (const move of run) this.#apply(move);
      return calls.toReversed().map((call) => call.toReversed());
    });
  }

  /** Fills calls with the moves of one run, each time from the state that `pass` has led to. */
  #pack(run: readonly SearchMove[], options: CallLimits, pass: (move: SearchMove) => void): SearchMove[][] {
    const calls: SearchMove[][] = [];
    let call: SearchMove[] = [];
    for (const move of run) {
      const joins =
        call.length > 0 &&
        call.length < options.batchSize &&
        move.kind !== 'modify' &&
        (options.batchesAtomic || this.#holdsWith(move));
      if (!joins) {
        for (const done of call) pass(done);
        call = [];
        calls.push(call);
      }
      call.push(move);
    }
    for (const done of call) pass(done);
    return calls;
  }

  /** Whether the rule of an authorization or revocation may be there alone, beside what is there now. */
  #holdsWith(move: SearchMove): boolean {
    const number = move.kind === 'revoke' ? move.removed : move.added;
    this.#now[number] = 1;
    const isSafe = this.#holds([number]);
    this.#now[number] = 0;
    return isSafe;
  }

  #descend(): boolean {
    const { changed, moves } = this.#task.space;
    if (changed.every(({ side }, at) => (this.#now[at] === 1) === (side === 'new'))) return true;
    const state = this.#bits.join();
    if (this.#deadEnds.has(state)) return false;
    for (const move of moves) {
      if (this.#checksLeft <= 0 || isSpent(this.#task.budget)) return false;
      if (!this.#isPossible(move) || !this.#isSafe(move)) continue;
      this.#apply(move);
      this.#path.push(move);
      if (this.#descend()) return true;
      this.#path.pop();
      this.#undo(move);
    }
    this.#deadEnds.add(state);
    return false;
  }

  #isPossible(move: SearchMove): boolean {
    if ('removed' in move && this.#now[move.removed] !== 1) return false;
    if ('added' in move && this.#now[move.added] !== 0) return false;
    return fits(plus(this.#load, this.#growth(move)), this.#task.free);
  }

  #isSafe(move: SearchMove): boolean {
    const known = this.#known.get(move);
    if (known !== undefined && isAlike(known.bits, this.#bits, known.near)) return known.isSafe;
    this.#checksLeft -= 1;
    this.#task.budget.states.spend(1);
    const touched = touchedBy(move);
    const bits = this.#bits.slice();
    this.#apply(move);
    const isSafe = this.#holds(touched);
    this.#undo(move);
    const { changed } = this.#task.space;
    const near =
      known?.near ??
      bitsOf(
        changed.length,
        touched.flatMap((number) => itemAt(changed, number).near),
      );
    this.#known.set(move, { near, bits, isSafe });
    return isSafe;
  }

  #holds(within: readonly number[]): boolean {
    return within.every((number) => this.#transition.verdict(this.#now, number, 'hitless').kind === 'holds');
  }

  #apply(move: SearchMove): void {
    this.#load = plus(this.#load, this.#growth(move));
    if ('removed' in move) this.#put(move.removed, 0);
    if ('added' in move) this.#put(move.added, 1);
  }

  #undo(move: SearchMove): void {
    this.#load = minus(this.#load, this.#growth(move));
    if ('removed' in move) this.#put(move.removed, 1);
    if ('added' in move) this.#put(move.added, 0);
  }

  #put(number: number, value: 0 | 1): void {
    this.#now[number] = value;
    const word = intAt(this.#bits, number >>> 5);
    const bit = 1 << (number & 31);
    this.#bits[number >>> 5] = value === 1 ? word | bit : word & ~bit;
  }

  #growth(move: SearchMove): Load {
    const { changed } = this.#task.space;
    const added = 'added' in move ? itemAt(changed, move.added).load : NO_LOAD;
    const removed = 'removed' in move ? itemAt(changed, move.removed).load : NO_LOAD;
    return minus(added, removed);
  }
}

/** What was found of a move. It holds for every state with the same rules near those that the move touches. */
interface KnownSafety {
  readonly near: Int32Array;
  /** The state in which it was asked. */
  readonly bits: Int32Array;
  readonly isSafe: boolean;
}

function bitsOf(size: number, numbers: readonly number[]): Int32Array {
  const bits = new Int32Array((size + 31) >>> 5);
  for (const number of numbers) bits[number >>> 5] = intAt(bits, number >>> 5) | (1 << (number & 31));
  return bits;
}

/** Whether two states are the same as far as the mask goes. */
const isAlike = (one: Int32Array, other: Int32Array, mask: Int32Array): boolean =>
  mask.every((bits, word) => ((intAt(one, word) ^ intAt(other, word)) & bits) === 0);

const touchedBy = (move: SearchMove): number[] => [
  ...('removed' in move ? [move.removed] : []),
  ...('added' in move ? [move.added] : []),
];

/** Neighbours of one kind and direction; a Modify is a run of its own. */
function runs(path: readonly SearchMove[]): SearchMove[][] {
  const found: SearchMove[][] = [];
  for (const move of path) {
    const [first] = found.at(-1) ?? [];
    const joins = first !== undefined && move.kind !== 'modify' && first.kind === move.kind;
    if (joins && directionOf(first) === directionOf(move)) found.at(-1)?.push(move);
    else found.push([move]);
  }
  return found;
}

const directionOf = (move: SearchMove): Direction =>
  ('desired' in move ? move.desired : 'target' in move ? move.target : move.pair.to).rule.direction;
