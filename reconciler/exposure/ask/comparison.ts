// Two rule sets side by side, universe by universe, with what is the same in both left out.
//
// If the decision on a packet differs, a changed rule decides it before or after: were both deciding
// rules unchanged, each would be the strongest unchanged match, hence the same rule. So every part of
// the difference has a changed rule to blame, and lies in the boxes of the changed rules.
import type { Rule } from '../../model/rule.ts';
import { intAt, itemAt } from '../engine/at.ts';
import { BoxWriter } from '../text/box-writer.ts';
import type { GroupContext } from '../engine/context.ts';
import type { Question } from '../engine/explore.ts';
import { fieldOrder, type FieldOrder } from '../engine/field-order.ts';
import { compileRules, type RuleSpace, type Universe } from '../engine/universe.ts';

/** The two states of a comparison, as masks. */
export const BEFORE = 0b01;
export const AFTER = 0b10;
export const BOTH = 0b11;

export interface Comparison {
  readonly universe: Universe;
  /** For each clause of the universe's table, whether it is there before and after. */
  readonly masks: Int32Array;
  readonly writer: BoxWriter;
}

export interface Compared {
  readonly space: RuleSpace;
  /** For each rule of the space, whether it is there before and after. */
  readonly ofRules: Int32Array;
  /** Only universes in which something changed. */
  readonly comparisons: readonly Comparison[];
}

export function compareRuleSets(
  before: readonly Rule[],
  after: readonly Rule[],
  context: GroupContext,
  order: FieldOrder = fieldOrder,
): Compared {
  const space = compileRules([...before, ...after], context, order);
  const ofRules = Int32Array.from(space.rules, (_, rule) => (rule < before.length ? BEFORE : AFTER));
  const comparisons = space.universes
    .map((universe) => ({
      universe,
      masks: universe.table.masksOf(ofRules),
      writer: new BoxWriter(universe),
    }))
    .filter(({ masks }) => masks.some((mask) => mask !== BOTH));
  return { space, ofRules, comparisons };
}

/** Asks for packets by whether they are accepted before and after; `judge` gives 0 where that is the same. */
export function acceptanceQuestion(
  { universe, masks }: Comparison,
  judge: (before: boolean, after: boolean) => number,
  stopAtFirst: boolean,
): Question {
  const { table, fallback } = universe;
  return {
    table,
    states: 2,
    masks,
    labels: Int32Array.from(masks, (_, clause) => Number(table.accepts(clause))),
    fallback: Number(fallback === 'accept'),
    judge: (winners) => judge(itemAt(winners, 0) === 1, itemAt(winners, 1) === 1),
    settledBy: [BOTH],
    stopAtFirst,
  };
}

/** Whether what the clause says is said only before or only after. */
export function isChanged({ masks }: Comparison, clause: number): boolean {
  return intAt(masks, clause) !== BOTH;
}

/** What a changed clause can do, if it does anything: adding an accept or removing a drop opens. */
export function canOpen({ universe, masks }: Comparison, clause: number): boolean {
  return (intAt(masks, clause) === AFTER) === universe.table.accepts(clause);
}
