// Whether a state on the way from old to new rules keeps its promise, for every packet at once. Old, new
// and the state are decided side by side by the exposure engine; this file only says what may differ.
import { itemAt } from '../../exposure/engine/at.ts';
import type { ClauseTable } from '../../exposure/engine/clause-table.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import { explore, type Question } from '../../exposure/engine/explore.ts';
import type { Meter } from '../../exposure/engine/meter.ts';
import { examplePacket } from '../../exposure/text/example-packet.ts';
import { regionsOf } from '../../exposure/engine/region.ts';
import { compileRules, type RuleSpace, type Universe } from '../../exposure/engine/universe.ts';
import type { Verdict } from '../../exposure/ask/verdict.ts';
import type { Rule, RuleAction } from '../../model/rule.ts';

/** `hitless`: between old and new; the others: half of that, see `oneSided`. */
export type Promised = 'hitless' | 'neverOpen' | 'neverCut';

/** Says of states whether they keep their promise, on the packets that one rule matches. */
export interface StateJudge {
  verdict(now: Uint8Array, within: number, promised: Promised): Verdict;
}

const IN_OLD = 0b001;
const IN_NEW = 0b010;
const IN_STATE = 0b100;

/** Above the rank of every rule, even and odd as a default that drops or accepts. */
const DEFAULT_RANK = 1 << 16;

/** What decides a packet that no rule matches. */
export const defaultRank = (action: RuleAction): number => DEFAULT_RANK + Number(action === 'accept');

/** Clauses in the boxes that are kept for later questions: some 20 MB. */
const MAX_KEPT = 200_000;

/** Some rules, the subsets of them that hold before and after, and a budget for questions about others. */
export class Transition implements StateJudge {
  readonly #space: RuleSpace;
  /** For each rule, `IN_OLD` and `IN_NEW` if it is in these. */
  readonly #ends: Int32Array;
  readonly #meter: Meter;
  readonly #alone: boolean;
  /** A search asks about the same rules over and over. */
  readonly #boxes = new Map<number, readonly RuleBox[]>();
  #kept = 0;

  /**
   * The meter bounds all questions together, and may be shared with other transitions. `alone`: whether no other group
   * adds rules on the interfaces of this one.
   */
  constructor(
    rules: ReadonlyArray<{ readonly rule: Rule; readonly before: boolean; readonly after: boolean }>,
    context: GroupContext,
    { meter, alone }: { readonly meter: Meter; readonly alone: boolean },
  ) {
    this.#space = compileRules(
      rules.map(({ rule }) => rule),
      context,
    );
    this.#ends = Int32Array.from(rules, ({ before, after }) => (before ? IN_OLD : 0) | (after ? IN_NEW : 0));
    this.#meter = meter;
    this.#alone = alone;
  }

  /**
   * Judges the state that holds the rules whose entry in `now` is not 0, on the packets that the rule
   * `within` matches. Unless the group is alone, a hitless state must be so under any rules that other groups add on
   * the same interface, so it is judged by the ranks of the deciding rules and not by their actions alone.
   */
  verdict(now: Uint8Array, within: number, promised: Promised): Verdict {
    const boxes = this.#boxesOf(within);
    if (boxes === null) return { kind: 'unknown' };
    for (const box of boxes) {
      const answer = explore(questionOf(box, now, brokenBy(promised, this.#alone)), this.#meter);
      if (answer === null) return { kind: 'unknown' };
      const [found] = regionsOf(answer);
      if (found !== undefined) return { kind: 'fails', witness: examplePacket(box.universe, found.region) };
    }
    return { kind: 'holds' };
  }

  #boxesOf(rule: number): readonly RuleBox[] | null {
    const known = this.#boxes.get(rule);
    if (known !== undefined) return known;
    const boxes: RuleBox[] = [];
    for (const { universe, clause } of itemAt(this.#space.clausesOf, rule)) {
      const table = universe.table.within(clause, this.#meter);
      if (table === null) return null;
      const labels = Int32Array.from({ length: table.size }, (_, inside) => table.rankOf(inside));
      boxes.push({ universe, table, labels, ends: table.masksOf(this.#ends) });
    }
    const clauses = boxes.reduce((sum, { table }) => sum + table.size, 0);
    if (this.#kept + clauses <= MAX_KEPT) {
      this.#kept += clauses;
      this.#boxes.set(rule, boxes);
    }
    return boxes;
  }
}

/** The packets that one rule matches, with all rules that match any of them. */
interface RuleBox {
  readonly universe: Universe;
  readonly table: ClauseTable;
  readonly labels: Int32Array;
  /** For each clause, `IN_OLD` and `IN_NEW`. */
  readonly ends: Int32Array;
}

/** Of one packet, from the ranks of the rules that decide it. */
type IsBroken = (before: number, after: number, now: number) => boolean;

/** When a packet fares otherwise than promised. */
export function brokenBy(promised: Promised, alone: boolean): IsBroken {
  switch (promised) {
    case 'hitless':
      return alone ? isBrokenAlone : isBrokenForSome;
    case 'neverOpen':
      return (before, after, now) => accepts(now) && !accepts(before) && !accepts(after);
    case 'neverCut':
      return (before, after, now) => !accepts(now) && accepts(before) && accepts(after);
  }
}

function questionOf(
  { universe, table, labels, ends }: RuleBox,
  now: Uint8Array,
  isBroken: IsBroken,
): Question {
  const masks = ends.map((mask, clause) =>
    table.rulesOf(clause).some((rule) => now[rule] !== 0) ? mask | IN_STATE : mask,
  );
  return {
    table,
    states: 3,
    masks,
    labels,
    fallback: defaultRank(universe.fallback),
    judge: (ranks) => Number(isBroken(itemAt(ranks, 0), itemAt(ranks, 1), itemAt(ranks, 2))),
    settledBy: [IN_OLD | IN_STATE, IN_NEW | IN_STATE],
    stopAtFirst: true,
  };
}

const accepts = (rank: number): boolean => (rank & 1) === 1;

const isBrokenAlone: IsBroken = (before, after, now) =>
  accepts(now) !== accepts(before) && accepts(now) !== accepts(after);

/**
 * Whether some unknown rule of another group on the interface, of whatever rank, makes the state differ from
 * before and after alike (theorem T6 of docs/algorithms.md, sharpened to what is needed). Such a rule decides
 * each of the three that has no stronger rule of its own.
 */
function isBrokenForSome(before: number, after: number, now: number): boolean {
  const strong = Math.min(before, after);
  const weak = Math.max(before, after);
  if (accepts(before) === accepts(after)) {
    return accepts(now) !== accepts(before) || now < strong || now > weak;
  }
  // Stronger than both: a rule of the other action right behind it decides before and after. Or between them on
  // the side of the weak one, which a rule of the strong one's action may overrule there.
  return now < strong || (strong < now && now < weak && accepts(now) === accepts(weak));
}
