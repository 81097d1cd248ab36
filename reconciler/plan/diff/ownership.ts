// Which described rules are ours to change. What is not ours is not filtered out of the diff later: it is
// treated as if it were wanted, so the diff itself has no special cases.
import { matchesGlob } from '../../model/glob.ts';
import type { DescribedRule } from '../../model/group.ts';
import type { GroupPolicy } from '../plan.ts';

interface Ownership {
  /** Rules that the policy decides about. */
  readonly managed: readonly DescribedRule[];
  /** Rules of a managed direction that an ignore pattern names: wanted as they are. */
  readonly unmanaged: readonly DescribedRule[];
}

/** Rules of a direction that the policy does not name are in neither list: they are out of scope. */
export function splitByOwnership(policy: GroupPolicy, rules: readonly DescribedRule[]): Ownership {
  const inScope = rules.filter(({ rule }) => policy.rules[rule.direction] !== null);
  const isIgnored = ({ rule: { description } }: DescribedRule): boolean =>
    description !== null && policy.ignore.some((pattern) => matchesGlob(pattern.description, description));
  return {
    managed: inScope.filter((described) => !isIgnored(described)),
    unmanaged: inScope.filter(isIgnored),
  };
}
