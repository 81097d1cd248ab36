// Every possible sequence of calls for a tiny edit, tried out breadth first. What is safe is asked of the packet
// oracle's matching and of ranks alone; nothing here is shared with the planner but the types.
import { groupContext, type GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { oracleMatches } from './packet-oracle.ts';
import { everyPacketClass } from './packets.ts';
import { groupOf } from './plan-inputs.ts';
import type { RuleSetPair } from './rule-sets.ts';

const CONTEXT: GroupContext = groupContext(groupOf([]));
const DEFAULT = 1000;
const rank = (rule: Rule): number => 2 * rule.priority + (rule.action === 'accept' ? 1 : 0);
const accepts = (value: number): boolean => value % 2 === 1;

/** What decides one class of packets: the best unchanged rule, and the changed ones that match. */
interface Cell {
  readonly common: number;
  readonly matching: number;
}

/** An edit as bits: bit i of a state is set if changed rule i is there. */
export class CallGame {
  readonly changed: readonly Rule[];
  readonly start: number;
  readonly end: number;
  readonly #free: number;
  /** Whether the group shows, or the policy takes for granted, that rules which differ in priority only can be there together. */
  readonly #holdsTwins: boolean;
  readonly #cells: readonly Cell[];
  readonly #safe = new Map<number, boolean>();

  readonly #batchesAtomic: boolean;

  /** `slots`: most rules that the group may hold. */
  constructor(edit: RuleSetPair, slots = Infinity, batchesAtomic = false) {
    this.#batchesAtomic = batchesAtomic;
    this.#free = slots - edit.before.length;
    this.#holdsTwins = [edit.before, edit.after].some(
      (rules) => new Set(rules.map(looseIdentity)).size < rules.length,
    );
    const olds = without(edit.before, edit.after);
    const news = without(edit.after, edit.before);
    const common = without(edit.before, olds);
    this.changed = [...olds, ...news];
    this.start = (1 << olds.length) - 1;
    this.end = ((1 << news.length) - 1) << olds.length;
    const cells = new Map<string, Cell>();
    for (const packet of everyPacketClass([...edit.before, ...news], CONTEXT)) {
      const ranks = common.filter((rule) => oracleMatches(rule, packet, CONTEXT)).map(rank);
      const matching = this.changed.reduce(
        (bits, rule, at) => (oracleMatches(rule, packet, CONTEXT) ? bits | (1 << at) : bits),
        0,
      );
      const cell = { common: Math.min(DEFAULT, ...ranks), matching };
      cells.set(`${cell.common} ${cell.matching}`, cell);
    }
    this.#cells = [...cells.values()];
  }

  /** Whether the state is between start and end, whatever one rule of another group may add. */
  isSafe(state: number): boolean {
    const known = this.#safe.get(state);
    if (known !== undefined) return known;
    const strangers = [
      ...new Set(this.changed.flatMap((rule) => [rank(rule) - 1, rank(rule), rank(rule) + 1])),
      DEFAULT,
    ];
    const isSafe = this.#cells.every((cell) => {
      const [before, after, now] = [this.start, this.end, state].map((bits) => this.#best(cell, bits));
      return strangers.every((stranger) => {
        const decision = (value: number | undefined): boolean => accepts(Math.min(value ?? 0, stranger));
        return decision(now) === decision(before) || decision(now) === decision(after);
      });
    });
    this.#safe.set(state, isSafe);
    return isSafe;
  }

  #best(cell: Cell, state: number): number {
    const ranks = this.changed.flatMap((rule, at) =>
      (state & cell.matching & (1 << at)) !== 0 ? [rank(rule)] : [],
    );
    return Math.min(cell.common, ...ranks);
  }

  /** Fewest calls from start to end through safe states only; null if there is no way. */
  fewest(): number | null {
    let frontier = [this.start];
    const seen = new Set(frontier);
    for (let calls = 0; ; calls += 1) {
      if (frontier.includes(this.end)) return calls;
      frontier = frontier
        .flatMap((state) => this.#next(state))
        .filter((state) => !seen.has(state) && seen.add(state));
      if (frontier.length === 0) return null;
    }
  }

  #next(state: number): number[] {
    const bits = this.changed.map((_, at) => 1 << at);
    const subsets = Array.from({ length: 1 << this.changed.length }, (_, subset) => subset);
    const added = subsets
      .filter(
        (subset) => subset !== 0 && (subset & (state | this.start)) === 0 && !this.#collides(subset, state),
      )
      .filter((subset) => this.#isSafeBatch(state, subset, state | subset));
    const removed = subsets
      .filter((subset) => subset !== 0 && (subset & ~(state & this.start)) === 0)
      .filter((subset) => this.isSafe(state & ~subset))
      .filter((subset) => this.#isSafeBatch(state & ~subset, subset, state & ~subset));
    const modified = bits.flatMap((going, from) =>
      bits
        .map((coming, to) => ({ coming, to }))
        .filter(({ coming, to }) => {
          if ((going & state & this.start) === 0 || (coming & (state | this.start)) !== 0) return false;
          return (
            isModifiable(this.changed[from], this.changed[to]) && !this.#collides(coming, state & ~going)
          );
        })
        .map(({ coming }) => (state & ~going) | coming)
        .filter((next) => this.isSafe(next)),
    );
    return [
      ...added.map((subset) => state | subset),
      ...removed.map((subset) => state & ~subset),
      ...modified,
    ].filter((next) => ones(next) - ones(this.start) <= this.#free);
  }

  /** Whether the end of a batch is safe and, unless it takes effect as a whole, each of its rules alone on `without` all. */
  #isSafeBatch(without: number, batch: number, end: number): boolean {
    if (this.#batchesAtomic) return this.isSafe(end);
    return this.changed.every((_, at) => (batch & (1 << at)) === 0 || this.isSafe(without | (1 << at)));
  }

  /** Two rules that differ in priority only may be one rule to the cloud. */
  #collides(coming: number, state: number): boolean {
    if (this.#holdsTwins) return false;
    const held = new Set(
      this.changed.filter((_, at) => (state & this.start & (1 << at)) !== 0).map(looseIdentity),
    );
    return this.changed.some((rule, at) => (coming & (1 << at)) !== 0 && held.has(looseIdentity(rule)));
  }
}

const looseIdentity = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });

const ones = (bits: number): number => bits.toString(2).replaceAll('0', '').length;

export const without = (rules: readonly Rule[], others: readonly Rule[]): Rule[] => {
  const known = new Set(others.map(ruleIdentity));
  return rules.filter((rule) => !known.has(ruleIdentity(rule)));
};

export function isModifiable(from: Rule | undefined, to: Rule | undefined): boolean {
  return (
    from !== undefined &&
    from.peer.kind === to?.peer.kind &&
    (from.ports.kind === 'list') === (to.ports.kind === 'list')
  );
}
