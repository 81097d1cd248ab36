// An order of single calls for a part of a plan that does not fit into the room as a whole: depth first over
// which of its rules are there, each state on the way proved by the exposure engine. Bounded by counts and not
// by a clock, so that it answers alike everywhere.
import { itemAt } from '../exposure/at.ts';
import type { GroupContext } from '../exposure/context.ts';
import type { Rule } from '../model/rule.ts';
import { Transition } from './between.ts';
import type { CallOptions } from './calls.ts';
import { fits, minus, plus, type Load } from './quota.ts';
import type { Move, SearchSpace } from './search-space.ts';

export interface Task {
  readonly space: SearchSpace;
  readonly context: GroupContext;
  /** Room beside what the group holds before. */
  readonly free: Load;
  /** A rule that is there all the while, beside old and new ones; its room is not in `free`. */
  readonly helper: Rule | null;
}

/** Larger parts are not searched. */
const MAX_RULES = 600;
/** States that are proved in one search, and the work that their proofs may take (see `Meter`). */
const MAX_CHECKS = 8000;
const MAX_WORK = 60_000_000;

const NOTHING: Load = { rules: 0, groupRules: 0 };

/** Calls that lead through hitless states only, from all old rules of the part to all new ones; null if none are found. */
export function searchCalls(task: Task, options: CallOptions): Move[][] | null {
  if (task.space.changed.length > MAX_RULES) return null;
  const search = new Search(task);
  const path = search.path();
  return path === null ? null : search.gather(path, options);
}

class Search {
  readonly #task: Task;
  readonly #transition: Transition;
  /** Which rules are there: the changed ones, then the helper, then the bystanders. */
  readonly #now: Uint8Array;
  readonly #path: Move[] = [];
  readonly #deadEnds = new Set<string>();
  /** The last answer for each move, and the part of the state that it depends on. */
  readonly #known = new Map<Move, { readonly surroundings: string; readonly isSafe: boolean }>();
  #load = NOTHING;
  #checksLeft = MAX_CHECKS;

  constructor(task: Task) {
    this.#task = task;
    const { changed, bystanders } = task.space;
    const helpers = task.helper === null ? [] : [task.helper];
    const rules = [
      ...changed.map(({ rule, isNew }) => ({ rule, before: !isNew, after: isNew })),
      ...helpers.map((rule) => ({ rule, before: false, after: false })),
      ...bystanders.map((rule) => ({ rule, before: true, after: true })),
    ];
    this.#transition = new Transition(rules, task.context, MAX_WORK);
    this.#now = Uint8Array.from(rules, ({ before }, at) => (before || at >= changed.length ? 1 : 0));
  }

  path(): readonly Move[] | null {
    const { helper, space } = this.#task;
    if (helper !== null && !this.#holds([space.changed.length])) return null;
    return this.#descend() ? this.#path : null;
  }

  /**
   * Gathers the moves of a path into calls. A call may hold several authorizations if each of them alone is safe
   * where it begins, and several revocations if each alone may still be there where it ends (lemma on singles).
   */
  gather(path: readonly Move[], options: CallOptions): Move[][] {
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
  #pack(run: readonly Move[], options: CallOptions, pass: (move: Move) => void): Move[][] {
    const calls: Move[][] = [];
    let call: Move[] = [];
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
  #holdsWith(move: Move): boolean {
    const number = move.kind === 'revoke' ? move.going : move.coming;
    this.#now[number] = 1;
    const isSafe = this.#holds([number]);
    this.#now[number] = 0;
    return isSafe;
  }

  #descend(): boolean {
    const { changed, moves } = this.#task.space;
    if (changed.every(({ isNew }, at) => (this.#now[at] === 1) === isNew)) return true;
    const state = this.#now.subarray(0, changed.length).join('');
    if (this.#deadEnds.has(state)) return false;
    for (const move of moves) {
      if (this.#checksLeft <= 0) return false;
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

  #isPossible(move: Move): boolean {
    if ('going' in move && this.#now[move.going] !== 1) return false;
    if ('coming' in move && this.#now[move.coming] !== 0) return false;
    return fits(plus(this.#load, this.#growth(move)), this.#task.free);
  }

  #isSafe(move: Move): boolean {
    const touched = touchedBy(move);
    const near = touched.flatMap((number) => itemAt(this.#task.space.changed, number).near);
    const surroundings = near.map((number) => this.#now[number]).join('');
    const known = this.#known.get(move);
    if (known?.surroundings === surroundings) return known.isSafe;
    this.#checksLeft -= 1;
    this.#apply(move);
    const isSafe = this.#holds(touched);
    this.#undo(move);
    this.#known.set(move, { surroundings, isSafe });
    return isSafe;
  }

  #holds(within: readonly number[]): boolean {
    return within.every((number) => this.#transition.verdict(this.#now, number, 'hitless').kind === 'holds');
  }

  #apply(move: Move): void {
    this.#load = plus(this.#load, this.#growth(move));
    if ('going' in move) this.#now[move.going] = 0;
    if ('coming' in move) this.#now[move.coming] = 1;
  }

  #undo(move: Move): void {
    this.#load = minus(this.#load, this.#growth(move));
    if ('going' in move) this.#now[move.going] = 1;
    if ('coming' in move) this.#now[move.coming] = 0;
  }

  #growth(move: Move): Load {
    const { changed } = this.#task.space;
    const coming = 'coming' in move ? itemAt(changed, move.coming).load : NOTHING;
    const going = 'going' in move ? itemAt(changed, move.going).load : NOTHING;
    return minus(coming, going);
  }
}

const touchedBy = (move: Move): number[] => [
  ...('going' in move ? [move.going] : []),
  ...('coming' in move ? [move.coming] : []),
];

/** Neighbours of one kind and direction; a Modify is a run of its own. */
function runs(path: readonly Move[]): Move[][] {
  const found: Move[][] = [];
  for (const move of path) {
    const [first] = found.at(-1) ?? [];
    const joins = first !== undefined && move.kind !== 'modify' && first.kind === move.kind;
    if (joins && directionOf(first) === directionOf(move)) found.at(-1)?.push(move);
    else found.push([move]);
  }
  return found;
}

export function directionOf(move: Move): Rule['direction'] {
  switch (move.kind) {
    case 'authorize':
      return move.desired.rule.direction;
    case 'modify':
      return move.pair.to.rule.direction;
    case 'revoke':
      return move.target.rule.direction;
  }
}
