// The plan of a group that stands as at the last look is the plan of that look. To judge its rules again would cost
// seconds of work at each resync, of every group, and give the same.
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { exemptionOf } from '../../reconciler/judge/verdict/guardrail.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';

export interface LastPlan {
  /** Equal for inputs that give equal plans. */
  readonly key: string;
  readonly plan: GroupPlan;
}

/** The last plan, if it was of an equal input; else a new one. */
export function planOnce(
  input: PlanInput,
  last: LastPlan | null,
  planOf: (input: PlanInput) => GroupPlan,
): LastPlan {
  const key = keyOf(input);
  return last?.key === key ? last : { key, plan: planOf(input) };
}

/** What is carried out is not asked for again, and may be large. */
export const worthKeeping = (last: LastPlan): LastPlan | null =>
  last.plan.status === 'pending' ? null : last;

/**
 * Of all that the plan hangs on. Of the time that is which exemptions are in force: pauses, freezes, approvals and what
 * rests are in the input only while they hold.
 */
function keyOf({ nowMs, ...input }: PlanInput): string {
  const exempt = (input.safety?.guardrails ?? []).map(
    (guardrail) => exemptionOf(guardrail, input.described.id, nowMs) !== null,
  );
  return createHash('sha256')
    .update(serialize([input, exempt]))
    .digest('hex');
}
