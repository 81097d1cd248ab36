import { intAt } from './at.ts';
import type { ClauseTable } from './clause-table.ts';

/** For each rule of a space: bit s is set if the rule is in the s-th subset. */
export function ruleMasks(ruleCount: number, subsets: ReadonlyArray<Iterable<number>>): Int32Array {
  const masks = new Int32Array(ruleCount);
  for (const [state, subset] of subsets.entries()) {
    for (const rule of subset) masks[rule] = intAt(masks, rule) | (1 << state);
  }
  return masks;
}

/** For each clause: bit s is set if one of the rules that say it is in the s-th subset. */
export function clauseMasks(table: ClauseTable, ofRules: Int32Array): Int32Array {
  const masks = new Int32Array(table.size);
  for (let clause = 0; clause < table.size; clause += 1) {
    let mask = 0;
    for (const rule of table.rulesOf(clause)) mask |= intAt(ofRules, rule);
    masks[clause] = mask;
  }
  return masks;
}

/** Whether the subsets hold the same clauses, so that they decide every packet alike. */
export function agreeEverywhere(masks: Int32Array, states: number): boolean {
  const all = (1 << states) - 1;
  return masks.every((mask) => mask === 0 || mask === all);
}
