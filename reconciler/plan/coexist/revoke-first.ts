// Twins on an API that can neither change the priority in place nor hold both: the old one has to be removed before
// the new one is added. One half of the promise is lost for them, never both, and for no longer than they are away
// (theorem T5 of docs/algorithms.md).
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import type { RuleAction } from '../../model/rule.ts';
import { authorization, revocation, toStep, type Changes } from '../order/calls.ts';
import type { PlanOptions, Step } from '../plan.ts';
import { twinsByKey } from './twins.ts';

/** Old and new rules that differ in priority only. */
export interface TwinSwap {
  readonly removed: readonly DescribedRule[];
  readonly added: readonly DesiredRule[];
}

/** Takes the twins out of the changes. */
export function splitTwins(changes: Changes): {
  readonly twins: readonly TwinSwap[];
  readonly rest: Changes;
} {
  const added = twinsByKey(changes.added);
  const twins = [...twinsByKey(changes.removed)].flatMap(([key, removed]) => {
    const others = added.get(key);
    return others === undefined ? [] : [{ removed, added: others }];
  });
  const taken = new Set<unknown>(twins.flatMap(({ removed, added }) => [...removed, ...added]));
  return {
    twins,
    rest: {
      ...changes,
      added: changes.added.filter((desired) => !taken.has(desired)),
      removed: changes.removed.filter((described) => !taken.has(described)),
    },
  };
}

/** One pair after the other, so that each rule is away as briefly as can be. */
export const swapSteps = (twins: readonly TwinSwap[]): Step[] =>
  twins.flatMap((pair) => [...removalSteps([pair]), ...additionSteps([pair])]);

/** The steps that remove all old ones, one call each, as the older API takes them. */
export const removalSteps = (twins: readonly TwinSwap[]): Step[] =>
  twins.flatMap(({ removed }) => removed.map((old) => toStep([revocation(old)])));

/** The steps that add all new ones. */
export const additionSteps = (twins: readonly TwinSwap[]): Step[] =>
  twins.flatMap(({ added }) => added.map((desired) => toStep([authorization(desired)])));

/** Why they cannot be hitless. */
export const NO_COEXISTENCE = 'the API can neither change a priority nor hold both rules';

/**
 * What holds while these are away: without an accept traffic is only cut, without a drop only opened. Null if the
 * configured fallback does not allow that.
 */
export function promiseOf(
  twins: readonly TwinSwap[],
  fallback: PlanOptions['fallback'],
): 'neverOpen' | 'neverCut' | null {
  if (fallback === 'refuse') return null;
  return actionsOf(twins).has(fallback === 'neverOpen' ? 'drop' : 'accept') ? null : fallback;
}

/** Of the rules that are away for a moment. */
export const actionsOf = (twins: readonly TwinSwap[]): Set<RuleAction> =>
  new Set(twins.flatMap(({ removed }) => removed.map(({ rule }) => rule.action)));
