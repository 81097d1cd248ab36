// Who would decide the packets of a rule if the rule were not there.
import { intAt, itemAt } from '../engine/at.ts';
import { explore, type Question } from '../engine/explore.ts';
import type { Meter } from '../engine/meter.ts';
import type { RuleSpace } from '../engine/universe.ts';

export interface DecidersQuestion {
  readonly space: RuleSpace;
  /** The rule whose packets are asked about. */
  readonly rule: number;
  /** For each rule, 1 if it is there. The rule itself is left out whatever this says. */
  readonly present: Int32Array;
  /** What to call a decider, by index; null for the default. Fewer names make a cheaper answer. */
  readonly nameOf: (decider: number | null) => number;
  /** Stop looking once a decider of this name is found; null looks for all. */
  readonly stopAt: number | null;
}

/**
 * The names of all rules that decide at least one packet of the rule's boxes. Not to be believed if
 * the meter is spent after it.
 */
export function decidersOf(question: DecidersQuestion, meter: Meter): Set<number> {
  const { space, rule, nameOf, stopAt } = question;
  const present = question.present.with(rule, 0);
  const names = new Set<number>();
  for (const { universe, clause } of itemAt(space.clausesOf, rule)) {
    const table = universe.table.within(clause, meter);
    if (table === null) break;
    const masks = table.masksOf(present);
    const labels = masks.map((mask, index) => {
      const decider = table.rulesOf(index).find((candidate) => intAt(present, candidate) === 1);
      return mask === 0 || decider === undefined ? 0 : nameOf(decider);
    });
    const fallback = nameOf(null);
    if (stopAt !== null && decidesACorner(stopAt, { table, masks, labels, fallback })) {
      names.add(stopAt);
      break;
    }
    const judge = (winners: readonly number[]): number => {
      const name = itemAt(winners, 0);
      names.add(name);
      return name === stopAt ? 1 : 0;
    };
    explore({ table, states: 1, masks, labels, fallback, judge, settledBy: [], stopAtFirst: true }, meter);
    if (meter.isSpent || (stopAt !== null && names.has(stopAt))) break;
  }
  return names;
}

/**
 * Whether someone of the name decides packets at the low or the high end of all fields: the first clause there does,
 * or the default. Of rules that others do not replace, it spares a third the sweep (_grown_ groups of 1,000).
 */
function decidesACorner(
  name: number,
  { table, masks, labels, fallback }: Pick<Question, 'table' | 'masks' | 'labels' | 'fallback'>,
): boolean {
  return (['lo', 'hi'] as const).some((end) => {
    for (let clause = 0; clause < table.size; clause += 1) {
      if (intAt(masks, clause) !== 0 && table.hasCorner(clause, end)) return intAt(labels, clause) === name;
    }
    return fallback === name;
  });
}
