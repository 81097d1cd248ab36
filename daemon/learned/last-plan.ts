// The plan of a group that stands as at the last look is the plan of that look. To judge its rules again would cost
// seconds of work at each resync, of every group, and give the same.
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { digestInput, sameUntilMs, type DigestedParts } from './input-digest.ts';

export interface LastPlan extends DigestedParts {
  /** Equal for inputs that give equal plans, while the time is between these two. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly fromMs: number;
  /** Unix milliseconds; not at that moment. */
  readonly untilMs: number;
  readonly plan: GroupPlan;
}

/** What was planned before of the group, and of which read the input is: see `EcsApi.sameness`. */
export interface Before {
  readonly last: LastPlan | null;
  readonly read?: object;
}

/** The last plan, if it was of an equal input; else a new one. */
export function planOnce(
  input: PlanInput,
  { last, read }: Before,
  planOf: (input: PlanInput) => GroupPlan,
): LastPlan {
  const { digest: key, ...parts } = digestInput(input, last, read);
  if (last?.key === key && isInTime(last, input)) return hasParts(last, parts) ? last : { ...last, ...parts };
  return { key, fromMs: input.nowMs, untilMs: sameUntilMs(input), ...parts, plan: planOf(input) };
}

const hasParts = ({ policy, group }: LastPlan, parts: DigestedParts): boolean =>
  policy.of === parts.policy.of && group.of === parts.group.of;

/** The clock may be set back, to before an end that had come. */
const isInTime = ({ fromMs, untilMs }: LastPlan, { nowMs }: PlanInput): boolean =>
  fromMs <= nowMs && nowMs < untilMs;

/** What is carried out is not asked for again, and may be large. */
export const worthKeeping = (last: LastPlan): LastPlan | null =>
  last.plan.status === 'pending' ? null : last;
