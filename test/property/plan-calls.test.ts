// How many calls a plan takes, against every possible sequence of calls of tiny edits.
//
// 1. No plan takes fewer calls than the fewest that are safe: then it could not be safe itself.
// 2. With `modify: auto` most plans take exactly the fewest calls, and none more than one call more.
// 3. A single changed pair that the API can modify is one call.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext, type GroupContext } from '../../reconciler/exposure/context.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { oracleMatches } from '../support/packet-oracle.ts';
import { everyPacketClass } from '../support/packets.ts';
import { described, groupOf, OPTIONS, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, NARROW_WORLD, type RuleSetPair } from '../support/rule-sets.ts';

const CONTEXT = groupContext(groupOf([]));
const DEFAULT = 1000;
const rank = (rule: Rule): number => 2 * rule.priority + (rule.action === 'accept' ? 1 : 0);
const accepts = (value: number): boolean => value % 2 === 1;

/** What decides one class of packets: the best unchanged rule, and the changed ones that match. */
interface Cell {
  readonly common: number;
  readonly matching: number;
}

/** An edit as bits: bit i of a state is set if changed rule i is there. */
class Game {
  readonly changed: readonly Rule[];
  readonly start: number;
  readonly end: number;
  readonly #cells: readonly Cell[];
  readonly #safe = new Map<number, boolean>();

  constructor(edit: RuleSetPair, context: GroupContext) {
    const olds = without(edit.before, edit.after);
    const news = without(edit.after, edit.before);
    const common = without(edit.before, olds);
    this.changed = [...olds, ...news];
    this.start = (1 << olds.length) - 1;
    this.end = ((1 << news.length) - 1) << olds.length;
    const cells = new Map<string, Cell>();
    for (const packet of everyPacketClass([...edit.before, ...news], context)) {
      const ranks = common.filter((rule) => oracleMatches(rule, packet, context)).map(rank);
      const matching = this.changed.reduce(
        (bits, rule, at) => (oracleMatches(rule, packet, context) ? bits | (1 << at) : bits),
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

  /** Fewest calls from start to end through safe states only, breadth first. */
  fewest(): number {
    let frontier = [this.start];
    const seen = new Set(frontier);
    for (let calls = 0; ; calls += 1) {
      if (frontier.includes(this.end)) return calls;
      frontier = frontier
        .flatMap((state) => this.#next(state))
        .filter((state) => !seen.has(state) && seen.add(state));
      if (frontier.length === 0) throw new Error('no safe order');
    }
  }

  #next(state: number): number[] {
    const bits = this.changed.map((_, at) => 1 << at);
    const subsets = Array.from({ length: 1 << this.changed.length }, (_, subset) => subset);
    const added = subsets
      .filter(
        (subset) => subset !== 0 && (subset & (state | this.start)) === 0 && !this.#collides(subset, state),
      )
      .filter((subset) => bits.every((bit) => (bit & subset) === 0 || this.isSafe(state | bit)));
    const removed = subsets
      .filter((subset) => subset !== 0 && (subset & ~(state & this.start)) === 0)
      .filter((subset) => this.isSafe(state & ~subset))
      .filter((subset) => bits.every((bit) => (bit & subset) === 0 || this.isSafe((state & ~subset) | bit)));
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
    ];
  }

  /** Two rules that differ in priority only may be one rule to the cloud. */
  #collides(coming: number, state: number): boolean {
    const loose = (at: number): string => ruleIdentity({ ...(this.changed[at] ?? fail()), priority: 1 });
    const held = this.changed.flatMap((_, at) => ((state & this.start & (1 << at)) !== 0 ? [loose(at)] : []));
    return this.changed.some((_, at) => (coming & (1 << at)) !== 0 && held.includes(loose(at)));
  }
}

const fail = (): never => {
  throw new Error('no such rule');
};

const without = (rules: readonly Rule[], others: readonly Rule[]): Rule[] => {
  const known = new Set(others.map(ruleIdentity));
  return rules.filter((rule) => !known.has(ruleIdentity(rule)));
};

function isModifiable(from: Rule | undefined, to: Rule | undefined): boolean {
  return (
    from !== undefined &&
    from.peer.kind === to?.peer.kind &&
    (from.ports.kind === 'list') === (to.ports.kind === 'list')
  );
}

const tinyEdit = arbitraryEdit(5, NARROW_WORLD).filter(
  ({ before, after }) => without(before, after).length <= 3 && without(after, before).length <= 3,
);

const callsOf = (edit: RuleSetPair, modify: 'auto' | 'prefer' | 'never'): number =>
  planGroup(policyOf(edit.after), groupOf(described(edit.before)), { ...OPTIONS, modify }).steps.length;

const RUNS = 500;

describe('calls of tiny edits', () => {
  it('are the fewest that are safe with modify: auto, or seldom one more', () => {
    let exact = 0;
    fc.assert(
      fc.property(tinyEdit, (edit) => {
        const fewest = new Game(edit, CONTEXT).fewest();
        const excess = callsOf(edit, 'auto') - fewest;
        expect(excess === 0 || excess === 1).toBe(true);
        if (excess === 0) exact += 1;
        for (const modify of ['prefer', 'never'] as const) {
          expect(callsOf(edit, modify)).toBeGreaterThanOrEqual(fewest);
        }
      }),
      { numRuns: RUNS },
    );
    expect(exact).toBeGreaterThan(0.95 * RUNS);
  });

  it('are one for a single pair that can be modified', () => {
    const single = tinyEdit.filter(({ before, after }) => {
      const [old, ...olds] = without(before, after);
      const [fresh, ...news] = without(after, before);
      return olds.length === 0 && news.length === 0 && isModifiable(old, fresh);
    });
    fc.assert(
      fc.property(single, fc.constantFrom('auto' as const, 'prefer' as const), (edit, modify) => {
        expect(callsOf(edit, modify)).toBe(1);
      }),
      { numRuns: 100 },
    );
  });
});
