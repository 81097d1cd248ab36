// Where a search stands: which of the rules are there, how much room they leave, and whether a call from here is hitless.
import { intAt, itemAt } from '../../exposure/engine/at.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import { Meter } from '../../exposure/engine/meter.ts';
import type { Packet } from '../../exposure/engine/packet.ts';
import type { Rule } from '../../model/rule.ts';
import { Transition, type StateJudge } from '../proof/transition.ts';
import { fits, minus, plus, type Load } from './quota.ts';
import type { SearchMove, SearchSpace } from './search-space.ts';

export interface SearchTask {
  readonly space: SearchSpace;
  readonly context: GroupContext;
  /** Whether no other group adds rules on the interfaces of this one: then more states are hitless. */
  readonly alone: boolean;
  /** Room beside what the group holds before. */
  readonly free: Load;
  readonly budget: SearchBudget;
  /** Absent: all packets count. */
  readonly judgeOf?: (rules: readonly RuleOnTheWay[]) => StateJudge;
}

export interface RuleOnTheWay {
  readonly rule: Rule;
  readonly before: boolean;
  readonly after: boolean;
}

/** What some searches of a plan may still take together. */
export interface SearchBudget {
  /** States to prove. */
  readonly states: Meter;
  /** Moves to look at. */
  readonly moves: Meter;
  /** The work of proving them: where rules name many groups, one state may take as much as a thousand elsewhere. */
  readonly work: Meter;
}

/** A plan is made on the thread that answers probes: all together take less than a second. */
const MAX_STATES = 12_000;
const MAX_MOVES = 100_000;
const MAX_SEARCH_WORK = 7_000_000;

export const searchBudget = (share: number): SearchBudget => ({
  states: new Meter(MAX_STATES * share),
  moves: new Meter(MAX_MOVES * share),
  work: new Meter(MAX_SEARCH_WORK * share),
});

export const isSpent = ({ states, moves, work }: SearchBudget): boolean =>
  states.isSpent || moves.isSpent || work.isSpent;

const NO_LOAD: Load = { rules: 0, groupRules: 0 };

/** What was found of the packets of one rule. `unknown` is not kept. */
type KnownVerdict = 'holds' | Packet;

export class SearchState {
  readonly #task: SearchTask;
  readonly #judge: StateJudge;
  /** Which rules are there: the changed ones, then the bystanders. */
  readonly #now: Uint8Array;
  /** The same of the changed rules, as bits. */
  readonly #bits: Int32Array;
  /** For each changed rule, by what is there of those near it. */
  readonly #known: ReadonlyArray<Map<string, KnownVerdict>>;
  #load = NO_LOAD;
  /** States that were proved. */
  #proved = 0;

  constructor(task: SearchTask) {
    this.#task = task;
    const { changed, bystanders } = task.space;
    const rules = [
      ...changed.map(({ rule, side }) => ({ rule, before: side === 'old', after: side === 'new' })),
      ...bystanders.map((rule) => ({ rule, before: true, after: true })),
    ];
    const { context, alone, budget } = task;
    this.#judge = task.judgeOf?.(rules) ?? new Transition(rules, context, { meter: budget.work, alone });
    this.#now = Uint8Array.from(rules, ({ before }) => Number(before));
    this.#bits = new Int32Array((changed.length + 31) >>> 5);
    for (const [at, { side }] of changed.entries()) if (side === 'old') this.#put(at, 1);
    this.#known = changed.map(() => new Map());
  }

  get isAtEnd(): boolean {
    return this.#task.space.changed.every(({ side }, at) => (this.#now[at] === 1) === (side === 'new'));
  }

  get proved(): number {
    return this.#proved;
  }

  /** Equal for equal states. */
  get key(): string {
    return this.#bits.join();
  }

  /** Whether there is something to move, room for it, and no twin in its way. */
  isPossible(move: SearchMove): boolean {
    if ('removed' in move && this.#now[move.removed] !== 1) return false;
    if ('added' in move) {
      if (this.#now[move.added] !== 0) return false;
      const { rivals } = itemAt(this.#task.space.changed, move.added);
      const going = 'removed' in move ? move.removed : null;
      if (rivals.some((rival) => rival !== going && this.#now[rival] === 1)) return false;
    }
    return fits(plus(this.#load, this.#growth(move)), this.#task.free);
  }

  /** Null if the move is hitless; else a packet that it hits, or that the budget is spent. */
  hitBy(move: SearchMove): Packet | 'unknown' | null {
    this.apply(move);
    const hit = this.#hitWithin(touchedBy(move));
    this.undo(move);
    return hit;
  }

  /** Whether the rule of an authorization or revocation may be there alone, beside what is there now. */
  holdsWith(move: SearchMove): boolean {
    const number = move.kind === 'revoke' ? move.removed : move.added;
    this.#put(number, 1);
    const hit = this.#hitWithin([number]);
    this.#put(number, 0);
    return hit === null;
  }

  apply(move: SearchMove): void {
    this.#load = plus(this.#load, this.#growth(move));
    if ('removed' in move) this.#put(move.removed, 0);
    if ('added' in move) this.#put(move.added, 1);
  }

  undo(move: SearchMove): void {
    this.#load = minus(this.#load, this.#growth(move));
    if ('removed' in move) this.#put(move.removed, 1);
    if ('added' in move) this.#put(move.added, 0);
  }

  #hitWithin(touched: readonly number[]): Packet | 'unknown' | null {
    for (const number of touched) {
      const verdict = this.#verdictOn(number);
      if (verdict !== 'holds') return verdict;
    }
    return null;
  }

  #verdictOn(number: number): KnownVerdict | 'unknown' {
    const known = itemAt(this.#known, number);
    const { nearBits } = itemAt(this.#task.space.changed, number);
    const key = nearBits.map(({ word, mask }) => intAt(this.#bits, word) & mask).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    this.#proved += 1;
    this.#task.budget.states.spend(1);
    const verdict = this.#judge.verdict(this.#now, number, 'hitless');
    if (verdict.kind === 'unknown') return 'unknown';
    const found = verdict.kind === 'holds' ? 'holds' : verdict.witness;
    known.set(key, found);
    return found;
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

const touchedBy = (move: SearchMove): number[] => [
  ...('removed' in move ? [move.removed] : []),
  ...('added' in move ? [move.added] : []),
];
