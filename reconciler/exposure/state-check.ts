import { itemAt } from './at.ts';
import type { ClauseTable } from './clause-table.ts';
import { clauseMasks, ruleMasks } from './masks.ts';
import { DEFAULT_MAX_WORK } from './meter.ts';
import type { RuleSpace, Universe } from './universe.ts';
import { findPacket, type Place, type Verdict } from './verdict.ts';

/** Three subsets of a space's rules, by index. */
export interface StateQuestion {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly state: readonly number[];
  /** Ask only about the packets that this rule matches; null asks about all. */
  readonly within: number | null;
}

/**
 * Whether a state on the way is between before and after: each packet gets the decision of one of the
 * two. This is the same as: nothing opens that neither accepts, nothing is cut that both accept.
 */
export function stateCheck(
  space: RuleSpace,
  question: StateQuestion,
  maxWork: number = DEFAULT_MAX_WORK,
): Verdict {
  const ofRules = ruleMasks(space.rules.length, [question.before, question.after, question.state]);
  const places = space.universes.flatMap((universe): Place[] =>
    tablesOf(universe, question.within).map((table) => ({
      universe,
      table,
      masks: clauseMasks(table, ofRules),
    })),
  );
  return findPacket(
    places,
    {
      states: 3,
      isLookedFor: (accepted) =>
        itemAt(accepted, 0) === itemAt(accepted, 1) && itemAt(accepted, 2) !== itemAt(accepted, 0),
      settledBy: [0b101, 0b110],
    },
    maxWork,
  );
}

function tablesOf({ table }: Universe, within: number | null): ClauseTable[] {
  return within === null ? [table] : table.clausesOf(within).map((clause) => table.within(clause));
}
