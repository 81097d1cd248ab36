import { intAt } from './at.ts';
import type { ClauseTable } from './clause-table.ts';

/** For each clause of the table, the states of all rules that say it, from the states of each rule. */
export function clauseMasks(table: ClauseTable, ofRules: Int32Array): Int32Array {
  const masks = new Int32Array(table.size);
  for (let clause = 0; clause < table.size; clause += 1) {
    let mask = 0;
    for (const rule of table.rulesOf(clause)) mask |= intAt(ofRules, rule);
    masks[clause] = mask;
  }
  return masks;
}
