// While the plan of a group waits for someone's decision, its policy of before stays in force: drift is repaired
// against that.
import { isDeepStrictEqual } from 'node:util';
import type { DesiredRule } from '../../../reconciler/model/group.ts';
import { planGroup } from '../../../reconciler/plan/plan-group.ts';
import type { BlockKind, GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { GroupFacts } from '../../journal/facts.ts';
import type { GroupInput } from '../group-input.ts';

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
]);

/** The plan of the policy in force, where the plan of a newer one is blocked for what that policy says; else null. */
export function keptPlan(
  blocked: GroupPlan,
  input: GroupInput['input'],
  { inForce }: Pick<GroupFacts, 'inForce'>,
): KeptPlan | null {
  if (blocked.status !== 'blocked' || inForce === null) return null;
  if (!blocked.blockedBy.some(({ kind }) => AGAINST_THE_POLICY.has(kind))) return null;
  const valid = (rules: readonly DesiredRule[] | null) =>
    rules?.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > input.nowMs) ?? null;
  const { ingress, egress } = inForce.rules;
  const desired = { ...inForce, rules: { ingress: valid(ingress), egress: valid(egress) } };
  if (isDeepStrictEqual(desired.rules, input.desired.rules)) return null;
  const kept = { ...input, desired };
  const plan = planGroup(kept);
  return plan.status === 'pending' || plan.status === 'converged' ? { plan, input: kept } : null;
}
