// Packs changes into calls so that whatever must come first comes in an earlier call. Each direction has calls of its
// own.
import { DIRECTIONS } from '../../model/rule.ts';
import { overrules } from '../overlap.ts';
import type { Step } from '../plan.ts';
import { toStep, type CallLimits, type Change } from './calls.ts';

/** Knows of changes that need not wait for those that overrule them. */
export interface EarlyRelease {
  /** Whether the change may be made now, after the calls that were made so far. */
  mayGoEarly(change: Change): boolean;
  /** Each call, in order, before anything is asked about the next one. */
  callMade(call: readonly Change[]): void;
}

export class Scheduler {
  readonly #limits: CallLimits;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Steps for changes of which none waits for another. */
  inAnyOrder(changes: readonly Change[]): Step[] {
    return this.#steps(changes, () => false, null);
  }

  /** Steps for changes that are given strongest first: each waits for those that overrule it, or for its early release. */
  strongestFirst(changes: readonly Change[], early: EarlyRelease | null): Step[] {
    return this.#steps(changes, (first, later) => overrules(first.extent, later.extent), early);
  }

  #steps(changes: readonly Change[], precedes: Precedes, early: EarlyRelease | null): Step[] {
    return DIRECTIONS.flatMap((direction) => {
      const own = changes.filter(({ rule }) => rule.direction === direction);
      return new Agenda(dependencies(own, precedes), this.#limits, early).calls().map(toStep);
    });
  }
}

/** Whether the first must be made before the later one. Asked only of changes in the order in which they are given. */
type Precedes = (first: Change, later: Change) => boolean;

interface Waiting {
  readonly change: Change;
  readonly later: Waiting[];
  /** How many pending changes must still precede this one. */
  waitingFor: number;
  /** Length of the longest chain of changes that wait for this one. */
  chain: number;
}

function dependencies(changes: readonly Change[], precedes: Precedes): Waiting[] {
  const all = changes.map((change): Waiting => ({ change, later: [], waitingFor: 0, chain: 0 }));
  for (const [index, one] of [...all.entries()].reverse()) {
    for (const other of all.slice(index + 1)) {
      if (!precedes(one.change, other.change)) continue;
      one.later.push(other);
      other.waitingFor += 1;
      one.chain = Math.max(one.chain, other.chain + 1);
    }
  }
  return all;
}

/** The changes of one direction that no call makes yet. */
class Agenda {
  #pending: readonly Waiting[];
  readonly #limits: CallLimits;
  readonly #early: EarlyRelease | null;

  constructor(pending: readonly Waiting[], limits: CallLimits, early: EarlyRelease | null) {
    this.#pending = pending;
    this.#limits = limits;
    this.#early = early;
  }

  /**
   * The calls in order, each with at least one change. A Modify is called as soon as it may be, as it costs the same at
   * any time and may let others into the next batch. Of more changes than fit in a batch, those with the longest chain
   * behind them go first.
   */
  calls(): Change[][] {
    const calls: Change[][] = [];
    while (this.#pending.length > 0) {
      const made = this.#nextSingle() ?? this.#nextBatch();
      const call = made.map(({ change }) => change);
      this.#early?.callMade(call);
      calls.push(call);
      const done = new Set(made);
      this.#pending = this.#pending.filter((one) => !done.has(one));
    }
    return calls;
  }

  #nextSingle(): Waiting[] | null {
    const single = this.#pending.find((one) => !isBatched(one) && this.#mayGo(one));
    if (single === undefined) return null;
    release(single);
    return [single];
  }

  #nextBatch(): Waiting[] {
    const batch = this.#limits.batchesAtomic ? this.#atomicBatch() : this.#independentBatch();
    if (batch.length === 0) throw new Error('the changes to schedule wait for each other');
    return batch;
  }

  /** What takes effect as a whole may hold a change and those that must precede it. */
  #atomicBatch(): Waiting[] {
    const batch: Waiting[] = [];
    for (const one of this.#pending) {
      if (batch.length === this.#limits.batchSize) break;
      if (one.waitingFor > 0 || !isBatched(one)) continue;
      batch.push(one);
      release(one);
    }
    return batch;
  }

  #independentBatch(): Waiting[] {
    const ready = this.#pending.filter((one) => isBatched(one) && this.#mayGo(one));
    const urgent = [...ready].sort((a, b) => b.chain - a.chain).slice(0, this.#limits.batchSize);
    const chosen = new Set(urgent);
    const batch = ready.filter((one) => chosen.has(one));
    for (const one of batch) release(one);
    return batch;
  }

  #mayGo({ waitingFor, change }: Waiting): boolean {
    return waitingFor === 0 || this.#early?.mayGoEarly(change) === true;
  }
}

const isBatched = ({ change }: Waiting): boolean => change.kind !== 'modify';

function release(made: Waiting): void {
  for (const other of made.later) other.waitingFor -= 1;
}
