// Rules equal but for priority, on an API that can neither change the priority in place nor hold both: the old
// one has to go before the new one comes. One half of the promise is lost for them, never both.
import type { DescribedRule, DesiredRule } from '../model/group.ts';
import type { Changes } from './calls.ts';
import { looseIdentity } from './pair.ts';
import type { PlanOptions, Step } from './plan.ts';

export interface Twins {
  readonly going: DescribedRule;
  readonly coming: DesiredRule;
}

/** Takes the twins out of the changes. */
export function splitTwins(changes: Changes): { readonly twins: readonly Twins[]; readonly rest: Changes } {
  const coming = new Map(changes.authorize.map((desired) => [looseIdentity(desired.rule), desired]));
  const twins: Twins[] = [];
  for (const going of changes.revoke) {
    const key = looseIdentity(going.rule);
    const twin = coming.get(key);
    if (twin === undefined) continue;
    coming.delete(key);
    twins.push({ going, coming: twin });
  }
  const taken = new Set<unknown>(twins.flatMap((pair) => [pair.going, pair.coming]));
  return {
    twins,
    rest: {
      ...changes,
      authorize: changes.authorize.filter((desired) => !taken.has(desired)),
      revoke: changes.revoke.filter((described) => !taken.has(described)),
    },
  };
}

/** Whether the configured fallback lets this rule be away for a moment: an accept only cuts, a drop only opens. */
export function mayBeAway({ going }: Twins, fallback: PlanOptions['fallback']): boolean {
  return fallback === (going.rule.action === 'accept' ? 'neverOpen' : 'neverCut');
}

/** What holds while these are away, if one promise holds for all of them. */
export function promiseOf(twins: readonly Twins[]): 'neverOpen' | 'neverCut' {
  return twins.some((pair) => mayBeAway(pair, 'neverOpen')) ? 'neverOpen' : 'neverCut';
}

/** One after the other, so that each rule is away as briefly as can be. */
export function twinSteps(twins: readonly Twins[]): Step[] {
  return twins.flatMap(({ going, coming }): Step[] => {
    const base = { direction: going.rule.direction, checkpoint: false };
    return [
      { kind: 'revoke', ...base, targets: [going] },
      { kind: 'authorize', ...base, rules: [coming] },
    ];
  });
}
