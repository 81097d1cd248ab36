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
  readonly going: readonly DescribedRule[];
  readonly coming: readonly DesiredRule[];
}

/** Takes the twins out of the changes. */
export function splitTwins(changes: Changes): { readonly twins: readonly Twins[]; readonly rest: Changes } {
  const coming = twinsByKey(changes.authorize);
  const twins = [...twinsByKey(changes.revoke)].flatMap(([key, going]) => {
    const others = coming.get(key);
    return others === undefined ? [] : [{ going, coming: others }];
  });
  const taken = new Set<unknown>(twins.flatMap(({ going, coming }) => [...going, ...coming]));
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
  twins.flatMap((pair) => [...goingSteps([pair]), ...comingSteps([pair])]);

/** The steps that take all old ones away, one call each, as the older API takes them. */
export const goingSteps = (twins: readonly Twins[]): Step[] =>
  twins
    .flatMap(({ going }) => going)
    .map((old) => ({ kind: 'revoke', direction: old.rule.direction, checkpoint: false, targets: [old] }));

/** The steps that bring all new ones. */
export const comingSteps = (twins: readonly Twins[]): Step[] =>
  twins
    .flatMap(({ coming }) => coming)
    .map((fresh) => ({
      kind: 'authorize',
      direction: fresh.rule.direction,
      checkpoint: false,
      rules: [fresh],
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
  new Set(twins.flatMap(({ going }) => going.map(({ rule }) => rule.action)));
