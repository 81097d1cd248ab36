// The part of a plan that only closes. Where the plan as a whole may not be carried out, a rule by hand that opens more
// than the policy must not stay open for that. What opens is left out as what the cloud refuses is: so nothing is cut
// that the group and the policy both let through.
import { groupContext } from '../../exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../../model/rule.ts';
import type { PlanInput } from '../plan-input.ts';
import { diff } from './diff.ts';
import { openingBeside } from './opening.ts';
import { ownershipOf } from './ownership.ts';
import type { Quarantined } from './quarantine.ts';

/**
 * The changes that open: missing accepts that let through what the group does not, and drops that are to go. A plan that is
 * made without them leads to rules that accept at most what the group accepts now.
 */
export function openingChanges(input: PlanInput): Quarantined {
  const { desired, described, ownedRules: owned, keptRules: kept, lists } = input;
  const { missing, unexpected } = diff(desired, ownershipOf(desired, described, { owned, kept, lists }));
  const opening = openingBeside(
    missing.filter(({ rule }) => rule.action === 'accept'),
    ({ rule }) => rule,
    { rules: described.rules.map(({ rule }) => rule), context: groupContext(described, lists) },
  );
  return {
    desired: identitySet([...opening]),
    described: identitySet(unexpected.filter(({ rule }) => rule.action === 'drop')),
  };
}

const identitySet = (rules: ReadonlyArray<{ readonly rule: Rule }>): ReadonlySet<string> =>
  new Set(rules.map(({ rule }) => ruleIdentity(rule)));
