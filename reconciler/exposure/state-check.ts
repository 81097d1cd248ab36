import { itemAt } from './at.ts';
import { clauseMasks, ruleMasks } from './masks.ts';
import { DEFAULT_MAX_WORK } from './meter.ts';
import type { RuleSpace } from './universe.ts';
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
  const tables = question.within === null ? wholeTables(space) : tablesWithin(space, question.within);
  return findPacket(
    tables.map(({ universe, table }) => ({ universe, table, masks: clauseMasks(table, ofRules) })),
    {
      states: 3,
      isLookedFor: (accepted) =>
        itemAt(accepted, 0) === itemAt(accepted, 1) && itemAt(accepted, 2) !== itemAt(accepted, 0),
      settledBy: [0b101, 0b110],
    },
    maxWork,
  );
}

type Where = Pick<Place, 'universe' | 'table'>;

const wholeTables = (space: RuleSpace): Where[] =>
  space.universes.map((universe) => ({ universe, table: universe.table }));

const tablesWithin = (space: RuleSpace, rule: number): Where[] =>
  itemAt(space.clausesOf, rule).map(({ universe, clause }) => ({
    universe,
    table: universe.table.within(clause),
  }));
