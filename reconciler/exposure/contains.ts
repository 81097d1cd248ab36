import type { Rule } from '../model/rule.ts';
import { itemAt } from './at.ts';
import type { GroupContext } from './context.ts';
import { clauseMasks, ruleMasks } from './masks.ts';
import { DEFAULT_MAX_WORK } from './meter.ts';
import { compileRules } from './universe.ts';
import { findPacket, type Verdict } from './verdict.ts';

/** Whether `outer` accepts every packet that `inner` accepts, and if not, one that it drops. */
export function contains(
  outer: readonly Rule[],
  inner: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): Verdict {
  const space = compileRules([...outer, ...inner], context);
  const indexes = [...space.rules.keys()];
  const ofRules = ruleMasks(space.rules.length, [
    indexes.slice(0, outer.length),
    indexes.slice(outer.length),
  ]);
  return findPacket(
    space.universes.map((universe) => ({
      universe,
      table: universe.table,
      masks: clauseMasks(universe.table, ofRules),
    })),
    {
      states: 2,
      isLookedFor: (accepted) => itemAt(accepted, 1) && !itemAt(accepted, 0),
      settledBy: [0b11],
    },
    maxWork,
  );
}
