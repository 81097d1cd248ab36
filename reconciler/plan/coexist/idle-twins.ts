// Rules that differ from a rule to be modified in priority only, or in host bits that our model does not see, and
// that are to go. A cloud that leaves the priority out of a rule's identity refuses the Modify for as long as one
// of them is there, so they go first. They do nothing: the rule to be modified is the strongest of them.
import type { DescribedRule } from '../../model/group.ts';
import { revocation, toSteps, type CallOptions, compareChanges } from '../order/calls.ts';
import { anyOrder } from '../order/order.ts';
import { looseIdentity } from '../match/pair.ts';
import type { Diff, Step } from '../plan.ts';

/** Of the surplus: the twins of forced pairs, which must be in the diff. */
export function idleTwins({ altered, surplus }: Pick<Diff, 'altered' | 'surplus'>): readonly DescribedRule[] {
  const changing = altered.filter(({ fields }) => fields.includes('priority'));
  const forced = new Set(
    changing
      .filter(({ from, to }) => looseIdentity(from.rule) === looseIdentity(to.rule))
      .map(({ to }) => looseIdentity(to.rule)),
  );
  return forced.size === 0 ? [] : surplus.filter(({ rule }) => forced.has(looseIdentity(rule)));
}

/** Each packet fares the same before, during and after these. */
export const idleTwinSteps = (twins: readonly DescribedRule[], options: CallOptions): Step[] =>
  toSteps(twins.map(revocation).sort(compareChanges), options, anyOrder);
