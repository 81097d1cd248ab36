// A person may stop all writing, for a while and with a reason. The groups are still read and their differences
// reported: the plan is made as ever, and held.
import { groupKey, type GroupRef } from '../../model/group.ts';
import type { Hold } from '../plan-input.ts';

/** The holds that the group is under at this time, Unix milliseconds. */
export const holdsOn = (group: GroupRef, holds: readonly Hold[], nowMs: number): Hold[] =>
  holds.filter(
    (hold) => nowMs < hold.untilMs && (hold.group === null || groupKey(hold.group) === groupKey(group)),
  );

/** When the last hold that the group is under ends, Unix milliseconds; null if it is under none. */
export function heldUntilMs(group: GroupRef, holds: readonly Hold[], nowMs: number): number | null {
  const ends = holdsOn(group, holds, nowMs).map(({ untilMs }) => untilMs);
  return ends.length === 0 ? null : Math.max(...ends);
}
