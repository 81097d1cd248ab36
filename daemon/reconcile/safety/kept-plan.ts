// While the plan of a group waits for someone's decision, its policy of before stays in force: drift is repaired
// against that. Where that may not be carried out as a whole either, since a guardrail came later, what opens more than the
// policy in force is closed all the same.
import { openingChanges } from '../../../reconciler/plan/diff/closing.ts';
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import { planGroup } from '../../../reconciler/plan/plan-group.ts';
import type { BlockKind, GroupPlan, GroupPolicy } from '../../../reconciler/plan/plan.ts';
import type { GroupFacts } from '../../journal/facts.ts';
import type { GroupInput } from '../group-input.ts';
import { inForceAt, isSamePolicy } from './freezes.ts';

export interface KeptPlan {
  readonly plan: GroupPlan;
  readonly input: GroupInput['input'];
  /** Whether it is but a part of what the policy in force asks for: that which opens nothing. */
  readonly closesOnly: boolean;
}

/** What speaks against the policy itself; whatever else blocks a plan blocks each part of it as well. */
const AGAINST_THE_POLICY: ReadonlySet<BlockKind> = new Set([
  'brake',
  'takeover',
  'opening',
  'guardrail',
  'expectation',
]);

const isAgainstThePolicy = ({ status, blockedBy }: GroupPlan): boolean =>
  status === 'blocked' && blockedBy.some(({ kind }) => AGAINST_THE_POLICY.has(kind));

/**
 * The plan of the policy in force, where the plan of a newer one is blocked for what that policy says, or for a freeze; what
 * only closes of it, where it is blocked for the same itself. Null: nothing may be done, or no policy was in force yet, so
 * that nothing is known to be drift.
 */
export function keptPlan(
  blocked: GroupPlan,
  input: GroupInput['input'],
  { inForce }: Pick<GroupFacts, 'inForce'>,
): KeptPlan | null {
  if (inForce === null) return null;
  if (!isAnotherInForce(input, { inForce })) return closingPart(blocked, input);
  if (!isAgainstThePolicy(blocked) && !isFrozen(blocked)) return null;
  const kept = withPolicy(input, inForce);
  const plan = planGroup(kept);
  if (canGoOn(plan)) return { plan, input: kept, closesOnly: false };
  return closingPart(plan, kept);
}

const isFrozen = ({ status, blockedBy }: GroupPlan): boolean =>
  status === 'blocked' && blockedBy.some(({ kind }) => kind === 'frozen');

const canGoOn = ({ status }: GroupPlan): boolean => status === 'pending' || status === 'converged';

const isBraked = ({ blockedBy }: GroupPlan): boolean => blockedBy.some(({ kind }) => kind === 'brake');

function withPolicy(input: GroupInput['input'], inForce: GroupPolicy): GroupInput['input'] {
  const desired = inForceAt(inForce, input.nowMs);
  // What was in force before a freeze of the policies began is what that freeze leaves alone.
  const frozen = input.frozen?.allow === 'none' ? { ...input.frozen, holdsPolicy: false } : null;
  return { ...input, desired, frozen };
}

/** Judged as any plan is. Of a plan that loses too much it is no slice: then it loses nothing. */
function closingPart(whole: GroupPlan, input: GroupInput['input']): KeptPlan | null {
  if (!isAgainstThePolicy(whole)) return null;
  const { learned } = input;
  const opening = openingChanges(input);
  const quarantined = {
    desired: new Set([...learned.quarantined.desired, ...opening.desired]),
    described: new Set([
      ...learned.quarantined.described,
      ...opening.described,
      ...(isBraked(whole) ? whole.losing.map(ruleIdentity) : []),
    ]),
  };
  const closing = { ...input, learned: { ...learned, quarantined } };
  const plan = planGroup(closing);
  const mayGoOn = canGoOn(plan) && (plan.losing.length === 0 || !isBraked(whole));
  return mayGoOn ? { plan, input: closing, closesOnly: true } : null;
}

/** Whether the rules that were last in force are those of another policy. */
export const isAnotherInForce = (
  { desired, nowMs }: GroupInput['input'],
  { inForce }: Pick<GroupFacts, 'inForce'>,
): boolean => inForce !== null && !isSamePolicy(desired, inForce, nowMs);
