// Which described rules are ours to change. What is not ours is not filtered out of the diff later: it is
// treated as if it were wanted, so the diff itself has no special cases.
import { matchesGlob } from '../../model/glob.ts';
import type { DescribedRule, IgnorePattern } from '../../model/group.ts';
import type { Direction } from '../../model/rule.ts';
import type { GroupPolicy } from '../plan.ts';

export interface Ownership {
  /** Rules that the policy decides about. */
  readonly managed: readonly DescribedRule[];
  /** Rules of a managed direction that an ignore pattern names: wanted as they are. */
  readonly unmanaged: readonly DescribedRule[];
}

/** Rules of a direction that the policy does not name are in neither list: they are out of scope. */
export function splitByOwnership(policy: GroupPolicy, rules: readonly DescribedRule[]): Ownership {
  const inScope = rules.filter(({ rule }) => isManaged(policy, rule.direction));
  const isIgnored = matcher(policy.ignore);
  return {
    managed: inScope.filter(({ rule }) => !isIgnored(rule.description)),
    unmanaged: inScope.filter(({ rule }) => isIgnored(rule.description)),
  };
}

export const isManaged = (policy: GroupPolicy, direction: Direction): boolean =>
  policy.rules[direction] !== null;

function matcher(patterns: readonly IgnorePattern[]): (description: string | null) => boolean {
  return (description) =>
    description !== null && patterns.some((pattern) => matchesGlob(pattern.description, description));
}
