// Rules equal but for priority, on an API that can neither change the priority in place nor hold both: the old
// one has to go before the new one comes. One half of the promise is lost for them, never both, and for no longer
// than they are away (theorem T5 of docs/algorithms.md).
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import type { RuleAction } from '../../model/rule.ts';
import type { Changes } from '../order/calls.ts';
import type { RouteObjection } from '../check/objection.ts';
import type { PlanOptions, Step } from '../plan.ts';
import { twinsByKey } from './twins.ts';

/** Old and new rules that differ in priority only. */
export interface Twins {
  readonly removed: readonly DescribedRule[];
  readonly added: readonly DesiredRule[];
}

/** Takes the twins out of the changes. */
export function splitTwins(changes: Changes): { readonly twins: readonly Twins[]; readonly rest: Changes } {
  const added = twinsByKey(changes.authorize);
  const twins = [...twinsByKey(changes.revoke)].flatMap(([key, removed]) => {
    const others = added.get(key);
    return others === undefined ? [] : [{ removed, added: others }];
  });
  const taken = new Set<unknown>(twins.flatMap(({ removed, added }) => [...removed, ...added]));
  return {
    twins,
    rest: {
      ...changes,
      authorize: changes.authorize.filter((desired) => !taken.has(desired)),
      revoke: changes.revoke.filter((described) => !taken.has(described)),
    },
  };
}

/** One pair after the other, so that each rule is away as briefly as can be. */
export const twinSteps = (twins: readonly Twins[]): Step[] =>
  twins.flatMap((pair) => [...removalSteps([pair]), ...additionSteps([pair])]);

/** The steps that take all old ones away, one call each, as the older API takes them. */
export const removalSteps = (twins: readonly Twins[]): Step[] =>
  twins
    .flatMap(({ removed }) => removed)
    .map((old) => ({ kind: 'revoke', direction: old.rule.direction, checkpoint: false, targets: [old] }));

/** The steps that bring all new ones. */
export const additionSteps = (twins: readonly Twins[]): Step[] =>
  twins
    .flatMap(({ added }) => added)
    .map((desired) => ({
      kind: 'authorize',
      direction: desired.rule.direction,
      checkpoint: false,
      rules: [desired],
    }));

/** Why they cannot be hitless. */
export const NO_COEXISTENCE = 'the API can neither change a priority nor hold both rules';

/**
 * What holds while these are away: without an accept traffic is only cut, without a drop only opened. Null if the
 * configured fallback does not allow that.
 */
export function promiseOf(
  twins: readonly Twins[],
  fallback: PlanOptions['fallback'],
): 'neverOpen' | 'neverCut' | null {
  if (fallback === 'refuse') return null;
  return actionsOf(twins).has(fallback === 'neverOpen' ? 'drop' : 'accept') ? null : fallback;
}

/** Why no promise holds. */
export const briefAbsence = (twins: readonly Twins[]): RouteObjection => ({
  kind: 'briefAbsence',
  actions: actionsOf(twins),
});

const actionsOf = (twins: readonly Twins[]): Set<RuleAction> =>
  new Set(twins.flatMap(({ removed }) => removed.map(({ rule }) => rule.action)));
