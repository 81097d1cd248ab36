// An order of single calls for a part of a plan that does not fit into the room as a whole: depth first over
// which of its rules are there, each state on the way proved by the exposure engine. Bounded by counts and not
// by a clock, so that it answers alike everywhere.
import type { Packet } from '../../exposure/engine/packet.ts';
import type { CallLimits } from '../order/calls.ts';
import { gather } from './gather.ts';
import type { SearchMove } from './search-space.ts';
import { isSpent, SearchState, type SearchTask } from './search-state.ts';

export type SearchAnswer =
  /** Calls that lead through hitless states only, from all old rules to all new ones. */
  | { readonly kind: 'found'; readonly calls: ReadonlyArray<readonly SearchMove[]> }
  /** There are none: every state was looked at that such moves lead to. Of each move that was not hitless, a packet. */
  | { readonly kind: 'none'; readonly hits: readonly Packet[] }
  /** None was found, but not all was looked at. */
  | { readonly kind: 'unknown' };

/** Larger parts are not searched. */
const MAX_RULES = 600;
/** States that are proved in one search. */
const MAX_PROVED = 8000;
/** Moves that are looked at in one search: a few millionths of a second each, where nothing is to be proved. */
const MAX_LOOKS = 60_000;

export function searchCalls(task: SearchTask, options: CallLimits): SearchAnswer {
  if (task.space.changed.length > MAX_RULES || isSpent(task.budget)) return { kind: 'unknown' };
  const search = new Search(task);
  const path = search.path();
  if (path !== null) return { kind: 'found', calls: gather(path, search.stateBefore(path), options) };
  return search.isCut || !task.space.isComplete ? { kind: 'unknown' } : { kind: 'none', hits: search.hits };
}

class Search {
  /** Whether something was not looked at. */
  isCut = false;
  readonly #task: SearchTask;
  readonly #state: SearchState;
  readonly #path: SearchMove[] = [];
  readonly #deadEnds = new Set<string>();
  readonly #hits = new Set<Packet>();
  #looksLeft = MAX_LOOKS;

  constructor(task: SearchTask) {
    this.#task = task;
    this.#state = new SearchState(task);
  }

  get hits(): readonly Packet[] {
    return [...this.#hits];
  }

  path(): readonly SearchMove[] | null {
    const { opening } = this.#task.space;
    if (opening !== null) {
      if (!this.#mayMake(opening)) return null;
      this.#make(opening);
    }
    return this.#descend() ? this.#path : null;
  }

  /** Back where the path that was found begins. */
  stateBefore(path: readonly SearchMove[]): SearchState {
    for (const move of path.toReversed()) this.#state.undo(move);
    return this.#state;
  }

  #descend(): boolean {
    if (this.#state.isAtEnd) return true;
    const { key } = this.#state;
    if (this.#deadEnds.has(key)) return false;
    for (const move of this.#task.space.moves) {
      if (this.#isOut()) return false;
      if (!this.#mayMake(move)) continue;
      this.#make(move);
      if (this.#descend()) return true;
      this.#path.pop();
      this.#state.undo(move);
    }
    this.#deadEnds.add(key);
    return false;
  }

  #isOut(): boolean {
    this.#looksLeft -= 1;
    this.#task.budget.moves.spend(1);
    const isOut = this.#looksLeft <= 0 || this.#state.proved >= MAX_PROVED || isSpent(this.#task.budget);
    this.isCut ||= isOut;
    return isOut;
  }

  #mayMake(move: SearchMove): boolean {
    if (!this.#state.isPossible(move)) return false;
    const hit = this.#state.hitBy(move);
    if (hit === 'unknown') this.isCut = true;
    else if (hit !== null) this.#hits.add(hit);
    return hit === null;
  }

  #make(move: SearchMove): void {
    this.#state.apply(move);
    this.#path.push(move);
  }
}
