// Two rules that overlap and decide otherwise need not wait for each other if other rules decide everything
// that they share. Whether that is so is asked of the exposure engine, for each rule that would have to wait.
import { groupContext } from '../../exposure/engine/context.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { overlaps, extentOf } from '../overlap.ts';
import { Transition } from '../proof/transition.ts';
import type { CallLimits, Change, Changes } from './calls.ts';
import type { EarlyRelease } from './scheduler.ts';

/** Beyond this many changed rules everybody waits: the questions would take longer than the calls they spare. */
const MAX_CHANGED = 250;
/** Questions in one order. The work that they may take is shared by all that a plan tries: see `CallLimits`. */
const MAX_QUESTIONS = 600;

/** The early releases of the two halves of an order, which share what they may still ask. */
interface EarlyReleases {
  /** From the old rules on, new ones being added. */
  readonly authorizing: EarlyRelease;
  /** From the new rules back, old ones being added: the revoking half is scheduled from its end. */
  readonly revoking: EarlyRelease;
}

/** Null where asking does not pay: a batch that takes effect as a whole need not wait, and large edits are costly. */
export function earlyReleases(
  changes: Changes,
  group: DescribedGroup,
  { batchesAtomic, earlyReleaseWork }: CallLimits,
): EarlyReleases | null {
  const added = [...changes.added, ...changes.modified.map(({ to }) => to)];
  const removed = [...changes.removed, ...changes.modified.map(({ from }) => from)];
  const changed = [...added, ...removed];
  if (batchesAtomic || changed.length > MAX_CHANGED) return null;
  const extents = changed.map(({ rule }) => extentOf(rule));
  const leaving = new Set<object>(removed);
  const staying = group.rules.filter((described) => {
    if (leaving.has(described)) return false;
    const extent = extentOf(described.rule);
    return extents.some((other) => overlaps(extent, other));
  });
  const rules = [
    ...added.map(({ rule }) => ({ rule, before: false, after: true })),
    ...removed.map(({ rule }) => ({ rule, before: true, after: false })),
    ...staying.map(({ rule }) => ({ rule, before: true, after: true })),
  ];
  const shared: Shared = {
    transition: new Transition(rules, groupContext(group), { meter: earlyReleaseWork, alone: false }),
    numbers: new Map(changed.map((item, number) => [item, number])),
    questionsLeft: MAX_QUESTIONS,
  };
  return {
    authorizing: new HalfRelease(
      shared,
      Uint8Array.from(rules, ({ before }) => Number(before)),
      'new',
    ),
    revoking: new HalfRelease(
      shared,
      Uint8Array.from(rules, ({ after }) => Number(after)),
      'old',
    ),
  };
}

interface Shared {
  readonly transition: Transition;
  /** The number of a desired or a described rule. */
  readonly numbers: ReadonlyMap<object, number>;
  questionsLeft: number;
}

class HalfRelease implements EarlyRelease {
  readonly #shared: Shared;
  /** For each rule, 1 if it is there after the calls so far. */
  readonly #now: Uint8Array;
  readonly #adds: 'new' | 'old';

  constructor(shared: Shared, now: Uint8Array, adds: 'new' | 'old') {
    this.#shared = shared;
    this.#now = now;
    this.#adds = adds;
  }

  callMade(call: readonly Change[]): void {
    for (const change of call) this.#turn(change, true);
  }

  mayGoEarly(change: Change): boolean {
    const { transition } = this.#shared;
    if (this.#shared.questionsLeft <= 0) return false;
    this.#shared.questionsLeft -= 1;
    this.#turn(change, true);
    const within = Object.values(this.#numbersOf(change)).filter((number) => number !== null);
    const isSafe = within.every(
      (number) => transition.verdict(this.#now, number, 'hitless').kind === 'holds',
    );
    this.#turn(change, false);
    return isSafe;
  }

  #turn(change: Change, isMade: boolean): void {
    const { oldRule, newRule } = this.#numbersOf(change);
    const isNewThere = isMade === (this.#adds === 'new');
    if (newRule !== null) this.#now[newRule] = Number(isNewThere);
    if (oldRule !== null) this.#now[oldRule] = Number(!isNewThere);
  }

  #numbersOf(change: Change): { readonly oldRule: number | null; readonly newRule: number | null } {
    switch (change.kind) {
      case 'authorize':
        return { oldRule: null, newRule: this.#numberOf(change.desired) };
      case 'modify':
        return { oldRule: this.#numberOf(change.pair.from), newRule: this.#numberOf(change.pair.to) };
      case 'revoke':
        return { oldRule: this.#numberOf(change.target), newRule: null };
    }
  }

  #numberOf(item: object): number {
    const number = this.#shared.numbers.get(item);
    if (number === undefined) throw new Error('the change is none of those that were numbered');
    return number;
  }
}
