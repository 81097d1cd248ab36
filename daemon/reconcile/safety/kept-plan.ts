// While the plan of a group waits for someone's decision, its policy of before stays in force: drift is repaired
// against that.
import { planGroup } from '../../../reconciler/plan/plan-group.ts';
import type { BlockKind, GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { GroupFacts } from '../../journal/facts.ts';
import type { GroupInput } from '../group-input.ts';
import { inForceAt, isSamePolicy } from './freezes.ts';

export interface KeptPlan {
  readonly plan: GroupPlan;
  readonly input: GroupInput['input'];
}

/** What speaks against the policy itself; whatever else blocks a plan blocks that of the policy before as well. */
const AGAINST_THE_POLICY: ReadonlySet<BlockKind> = new Set([
  'brake',
  'takeover',
  'opening',
  'guardrail',
  'expectation',
  'frozen',
]);

/** The plan of the policy in force, where the plan of a newer one is blocked for what that policy says; else null. */
export function keptPlan(
  blocked: GroupPlan,
  input: GroupInput['input'],
  { inForce }: Pick<GroupFacts, 'inForce'>,
): KeptPlan | null {
  if (inForce === null || !holdsPolicy(blocked, input, { inForce })) return null;
  const desired = inForceAt(inForce, input.nowMs);
  // What was in force before a freeze of the policies began is what that freeze leaves alone.
  const frozen = input.frozen?.allow === 'drift' ? null : (input.frozen ?? null);
  const kept = { ...input, desired, frozen };
  const plan = planGroup(kept);
  return plan.status === 'pending' || plan.status === 'converged' ? { plan, input: kept } : null;
}

/** Whether the plan is blocked for what its policy says, and another policy is in force. */
export function holdsPolicy(
  plan: GroupPlan,
  input: GroupInput['input'],
  { inForce }: Pick<GroupFacts, 'inForce'>,
): boolean {
  if (plan.status !== 'blocked' || inForce === null) return false;
  if (!plan.blockedBy.some(({ kind }) => AGAINST_THE_POLICY.has(kind))) return false;
  return !isSamePolicy(input.desired, inForce, input.nowMs);
}
