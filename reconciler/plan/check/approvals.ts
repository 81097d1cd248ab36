// Which approval covers a plan: what a person has seen, and nothing beyond it.
import { losingKey } from '../../judge/loss/losing-rules.ts';
import type { GroupPlan } from '../plan.ts';
import { openingKey, type Approval } from '../safety.ts';

export type Approvable = Pick<GroupPlan, 'hash' | 'desiredHash' | 'losing' | 'opening'>;

/** The latest one that covers the plan and has not run out; null if there is none. */
export function approvalFor(
  plan: Approvable,
  approvals: readonly Approval[],
  nowMs: number,
): Approval | null {
  const covering = approvals.filter((approval) => nowMs < approval.untilMs && lifts(approval, plan));
  return covering.reduce<Approval | null>(
    (latest, approval) => (latest === null || approval.atMs > latest.atMs ? approval : latest),
    null,
  );
}

/**
 * This plan, or another one of the same desired rules, as long as it loses and opens nothing beyond what was approved:
 * the same changes may take more from a group that has changed. An approval that was given ahead has not seen what it
 * lifts: it holds for its plan alone.
 */
function lifts(approval: Approval, plan: Approvable): boolean {
  const isItsPlan = approval.planHash === plan.hash;
  if (approval.losing === null) return isItsPlan;
  if (!isItsPlan && approval.desiredHash !== plan.desiredHash) return false;
  return (
    isSubset(plan.losing.map(losingKey), approval.losing) &&
    isSubset(plan.opening.map(openingKey), approval.opening ?? [])
  );
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return some.every((each) => known.has(each));
}
