// The packets that an accept rule decides and that are dropped after a change, as a question for the exposure engine.
import { AFTER, BEFORE, BOTH, type Comparison } from '../../exposure/ask/comparison.ts';
import { intAt, itemAt } from '../../exposure/engine/at.ts';
import type { Question } from '../../exposure/engine/explore.ts';
import type { Meter } from '../../exposure/engine/meter.ts';

/** The rules of a comparison that a question is about. */
export interface View {
  /** For each rule of the space, whether it is there before and after; 0: it is left out. */
  readonly ofRules: Int32Array;
  /** The same for each clause of each universe. */
  readonly ofClauses: ReadonlyMap<Comparison, Int32Array>;
}

/** A clause of an accept rule that is there before. */
export interface JudgedClause {
  readonly comparison: Comparison;
  readonly clause: number;
  readonly view: View;
}

const DROPPED = 0;
const ACCEPTED = 1;
/** By the clause, or by one that is as strong: those accept too, and what several decide alike each of them decides. */
const DECIDED_AT_RANK = 2;

/**
 * Whether anything can be lost: an unchanged clause loses only to a stronger drop that is added. Cheap, and of the many
 * rules that a small edit does not touch it is all that is asked.
 */
export function canLose({ comparison, clause, view }: JudgedClause): boolean {
  const { table } = comparison.universe;
  const masks = view.ofClauses.get(comparison);
  if (masks === undefined) throw new Error('the view is of another comparison');
  if (intAt(masks, clause) === BEFORE) return true;
  const rank = table.rankOf(clause);
  for (let other = 0; other < table.size && table.rankOf(other) < rank; other += 1) {
    if (intAt(masks, other) === AFTER && !table.accepts(other) && table.overlap(clause, other)) return true;
  }
  return false;
}

/** Null if the meter ran out. */
export function lostPackets(judged: JudgedClause, stopAtFirst: boolean, meter: Meter): Question | null {
  const { universe } = judged.comparison;
  const table = universe.table.within(judged.clause, meter);
  if (table === null) return null;
  const rank = universe.table.rankOf(judged.clause);
  const masks = table.masksOf(judged.view.ofRules);
  return {
    table,
    states: 2,
    masks,
    labels: Int32Array.from(masks, (_, other) => {
      if (table.rankOf(other) === rank) return DECIDED_AT_RANK;
      return table.accepts(other) ? ACCEPTED : DROPPED;
    }),
    fallback: universe.fallback === 'accept' ? ACCEPTED : DROPPED,
    judge: (winners) => Number(itemAt(winners, 0) === DECIDED_AT_RANK && itemAt(winners, 1) === DROPPED),
    settledBy: [BOTH],
    stopAtFirst,
  };
}
