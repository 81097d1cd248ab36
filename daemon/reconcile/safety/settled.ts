// A group that is as its policy says, and of which the journal knows what it knew at the last look, leaves nothing to note:
// whatever that look had to write it wrote, and what it read before writing is what is there now.
import { digestPolicy, digestValue } from '../../learned/input-digest.ts';
import type { LastPlan } from '../../learned/last-plan.ts';
import type { GroupInput } from '../group-input.ts';

/** Equal at two looks of which nothing differs that notes hang on; null: something has to be said or noted with time. */
export function settledMark(
  { plan, key, policy }: LastPlan,
  { input, facts, breakGlass }: GroupInput,
  revision: string,
): string | null {
  const hasNothingToNote = plan.status === 'converged' && plan.diff.unexpected.length === 0;
  const hasApproval = (input.safety?.approvals ?? []).length > 0;
  const known = [...facts.losses, ...facts.breakGlass, ...breakGlass];
  if (!hasNothingToNote || hasApproval || known.length > 0) return null;
  const { inForce } = facts;
  const before = inForce === null ? null : digestPolicy(inForce, policy).digest;
  // Who made it drift bears on no note; and what the group was like when it was last as its policy says, the key tells.
  const others = { ...facts, inForce: null, attribution: null, lastConverged: null };
  return digestValue([key, revision, before, others]);
}
