// A person may stop all writing, for a while and with a reason. The groups are still read and their drift is
// reported: the plan is made as ever, and held.
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import { deepFreeze } from '../../reconciler/model/collections.ts';
import type { Block, GroupPlan } from '../../reconciler/plan/plan.ts';
import { quoted } from '../../reconciler/model/rule-text.ts';
import type { Pause } from '../journal/journal.ts';

const isOf = (group: GroupRef, pause: Pause): boolean =>
  pause.group === null || groupKey(pause.group) === groupKey(group);

/** When the last of the pauses that the group is under ends, Unix milliseconds; null if it is under none. */
export function pausedUntilMs(group: GroupRef, pauses: readonly Pause[]): number | null {
  const ends = pauses.filter((pause) => isOf(group, pause)).map(({ untilMs }) => untilMs);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** The plan, blocked by each of the pauses that its group is under. `pauses` are those that have not run out. */
export function heldByPauses(plan: GroupPlan, pauses: readonly Pause[]): GroupPlan {
  const blocks = pauses.filter((pause) => isOf(plan, pause)).map(pauseBlock);
  if (blocks.length === 0 || plan.steps.length === 0 || plan.status === 'observed') return plan;
  return deepFreeze({ ...plan, status: 'blocked', blockedBy: [...plan.blockedBy, ...blocks] });
}

function pauseBlock({ group, reason, untilMs }: Pause): Block {
  const until = new Date(untilMs).toISOString();
  const what = group === null ? 'every group is' : 'this group is';
  return {
    kind: 'paused',
    message: `${what} paused until ${until}: ${quoted(reason)}`,
    override: group === null ? 'rampart resume' : `rampart resume --group ${group.id}`,
  };
}
