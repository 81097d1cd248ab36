// A group as it was last seen, put together from what its policy says and how the last plan found that it differs. Rules
// that `ignore` leaves alone are not known here.
import { groupContext, type GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import { isInForce, type DesiredRule } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { GroupPlan, GroupPolicy } from '../../../reconciler/plan/plan.ts';

/** What the controller knows of a group. */
export interface KnownGroup {
  readonly policy: GroupPolicy;
  /** The last plan, if it was not carried out; null: the group is as its policy says, or was never seen. */
  readonly plan: GroupPlan | null;
}

export interface SeenRule {
  readonly rule: Rule;
  /** Null: no policy declares it. */
  readonly declared: DesiredRule | null;
  /** `missing`: only the policy has it. `differs`: the group has another one in its place. */
  readonly standing: 'as declared' | 'differs' | 'missing' | 'undeclared';
}

/** Those of the policy first, in its order. */
export function seenRules({ policy, plan }: KnownGroup, nowMs: number): SeenRule[] {
  const missing = new Set(plan?.diff.missing.map(({ rule }) => ruleIdentity(rule)));
  const changed = new Set(plan?.diff.different.map(({ to }) => ruleIdentity(to.rule)));
  const declared = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? [])
    .filter((desired) => isInForce(desired, nowMs))
    .map((desired): SeenRule => {
      const identity = ruleIdentity(desired.rule);
      const isMissing = missing.has(identity);
      const standing = isMissing ? 'missing' : changed.has(identity) ? 'differs' : 'as declared';
      return { rule: desired.rule, declared: desired, standing };
    });
  return [...declared, ...undeclared(plan)];
}

const undeclared = (plan: GroupPlan | null): SeenRule[] =>
  [...(plan?.diff.unexpected ?? []), ...(plan?.diff.different ?? []).map(({ from }) => from)].map(
    ({ rule }) => ({ rule, declared: null, standing: 'undeclared' }),
  );

/** What the cloud has of them. */
export const rulesInCloud = (seen: readonly SeenRule[]): Rule[] =>
  seen
    .filter(({ standing }) => standing === 'as declared' || standing === 'undeclared')
    .map(({ rule }) => rule);

/** As `rampart check` takes a group that it does not read. */
export const contextOf = ({ policy }: KnownGroup): GroupContext =>
  groupContext({ id: policy.id, type: 'normal', innerAccess: 'accept' });
