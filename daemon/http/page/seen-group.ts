// A group as it was last seen, put together from what its policy says and how the last plan found that it differs. Rules
// that `ignore` leaves alone are not known here.
import { groupContext, type GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import { isInForce, type DesiredRule } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { KnownGroup } from '../../schedule/group-record.ts';

export interface SeenRule {
  readonly rule: Rule;
  /** Null: no policy declares it. */
  readonly declared: DesiredRule | null;
  /** `missing`: only the policy has it. `differs`: the group has another one in its place. `not seen`: no one knows yet. */
  readonly standing: 'as declared' | 'differs' | 'missing' | 'undeclared' | 'not seen';
}

/** Those of the policy first, in its order. */
export function seenRules({ policy, plan, isSeen }: KnownGroup, nowMs: number): SeenRule[] {
  const missing = new Set(plan?.diff.missing.map(({ rule }) => ruleIdentity(rule)));
  const changed = new Set(plan?.diff.different.map(({ to }) => ruleIdentity(to.rule)));
  const declared = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? [])
    .filter((desired) => isInForce(desired, nowMs))
    .map((desired): SeenRule => {
      const identity = ruleIdentity(desired.rule);
      const rest = isSeen ? 'as declared' : 'not seen';
      const standing = missing.has(identity) ? 'missing' : changed.has(identity) ? 'differs' : rest;
      return { rule: desired.rule, declared: desired, standing };
    });
  return [...declared, ...undeclared(plan)];
}

const undeclared = (plan: GroupPlan | null): SeenRule[] =>
  [...(plan?.diff.unexpected ?? []), ...(plan?.diff.different ?? []).map(({ from }) => from)].map(
    ({ rule }) => ({ rule, declared: null, standing: 'undeclared' }),
  );

/** What the cloud has of them; of a group that no one has seen, what it is to have. */
export const rulesInCloud = (seen: readonly SeenRule[]): Rule[] =>
  seen.filter(({ standing }) => standing !== 'missing' && standing !== 'differs').map(({ rule }) => rule);

/** As `rampart check` takes a group that it does not read. */
export const contextOf = ({ policy }: KnownGroup): GroupContext =>
  groupContext({ id: policy.id, type: 'normal', innerAccess: 'accept' });
