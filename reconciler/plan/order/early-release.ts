// Two rules that overlap and decide otherwise need not wait for each other if other rules decide everything
// that they share. Whether that is so is asked of the exposure engine, for each rule that would have to wait.
import { groupContext } from '../../exposure/engine/context.ts';
import type { Meter } from '../../exposure/engine/meter.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { Transition } from '../proof/transition.ts';
import type { Change, Changes } from './calls.ts';
import { overlaps, regionOf } from '../overlap.ts';
import type { ScheduleOptions } from './schedule.ts';

/** What a schedule asks as it goes along. */
export type Guide = Pick<ScheduleOptions<Change>, 'mayGoEarly' | 'onCall'>;

/** Everybody waits for everybody that may matter. */
export const CAUTIOUS: Guide = { mayGoEarly: () => false, onCall: () => undefined };

/** Beyond this many changed rules everybody waits: the questions would take longer than the calls they spare. */
const MAX_CHANGED = 250;
/** Questions in one order. The work that they may take is shared by all that a plan tries: see `CallOptions`. */
const MAX_QUESTIONS = 600;

/** Guides the two halves of a plan. The revoking half is scheduled from its end: see `order`. */
export class Foresight {
  readonly #transition: Transition;
  readonly #before: Uint8Array;
  readonly #after: Uint8Array;
  /** The number of a desired or a described rule. */
  readonly #numbers = new Map<object, number>();
  #questionsLeft = MAX_QUESTIONS;

  constructor(changes: Changes, group: DescribedGroup, work: Meter) {
    const coming = [...changes.authorize, ...changes.modify.map(({ to }) => to)];
    const going = [...changes.revoke, ...changes.modify.map(({ from }) => from)];
    const changed = [...coming, ...going];
    for (const item of changed) this.#numbers.set(item, this.#numbers.size);
    const regions = changed.map(({ rule }) => regionOf(rule));
    const leaving = new Set<object>(going);
    const staying = group.rules.filter((described) => {
      if (leaving.has(described)) return false;
      const region = regionOf(described.rule);
      return regions.some((other) => overlaps(region, other));
    });
    const rules = [
      ...coming.map(({ rule }) => ({ rule, before: false, after: true })),
      ...going.map(({ rule }) => ({ rule, before: true, after: false })),
      ...staying.map(({ rule }) => ({ rule, before: true, after: true })),
    ];
    this.#transition = new Transition(rules, groupContext(group), { meter: work, alone: false });
    this.#before = Uint8Array.from(rules, ({ before }) => Number(before));
    this.#after = Uint8Array.from(rules, ({ after }) => Number(after));
  }

  static isWorthwhile({ authorize, modify, revoke }: Changes): boolean {
    return authorize.length + revoke.length + 2 * modify.length <= MAX_CHANGED;
  }

  /** From the old rules on, new ones coming. */
  authorizing(): Guide {
    return this.#guide(this.#before.slice(), 1);
  }

  /** From the new rules back, old ones coming. */
  revoking(): Guide {
    return this.#guide(this.#after.slice(), 0);
  }

  #guide(now: Uint8Array, coming: 0 | 1): Guide {
    const turn = (change: Change, done: boolean): void => {
      const { old, fresh } = this.#numbersOf(change);
      if (fresh !== null) now[fresh] = done ? coming : 1 - coming;
      if (old !== null) now[old] = done ? 1 - coming : coming;
    };
    return {
      onCall: (call) => call.forEach((change) => turn(change, true)),
      mayGoEarly: (change) => {
        if (this.#questionsLeft <= 0) return false;
        this.#questionsLeft -= 1;
        turn(change, true);
        const within = Object.values(this.#numbersOf(change)).filter((number) => number !== null);
        const isSafe = within.every(
          (number) => this.#transition.verdict(now, number, 'hitless').kind === 'holds',
        );
        turn(change, false);
        return isSafe;
      },
    };
  }

  #numbersOf(change: Change): { readonly old: number | null; readonly fresh: number | null } {
    switch (change.kind) {
      case 'authorize':
        return { old: null, fresh: this.#numberOf(change.desired) };
      case 'modify':
        return { old: this.#numberOf(change.pair.from), fresh: this.#numberOf(change.pair.to) };
      case 'revoke':
        return { old: this.#numberOf(change.target), fresh: null };
    }
  }

  #numberOf(item: object): number {
    const number = this.#numbers.get(item);
    if (number === undefined) throw new Error('the change is none of those that were numbered');
    return number;
  }
}
