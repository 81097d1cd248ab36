// Which described rules are ours to change. What is not ours is not filtered out of the diff later: it is
// treated as if it were wanted, so the diff itself has no special cases.
//
// Anybody may write a text. So a pattern of texts alone leaves alone what can do no harm: drops, and accepts that let
// through nothing that the declared rules do not let through anyway. A pattern that names traffic besides is believed
// within that; where such a rule opens more than is declared, it is told.
//
// Where the policy says `ownership: declared`, what we did not bring stays as well, equal to a declared rule or not.
import { groupContext, type GroupContext, type ReadLists } from '../../exposure/engine/context.ts';
import type { DescribedGroup, DescribedRule, IgnorePattern } from '../../model/group.ts';
import { isShaped, matchesIgnore } from '../../model/packets/ignore.ts';
import { DIRECTIONS, ruleIdentity } from '../../model/rule.ts';
import type { GroupPolicy } from '../plan.ts';
import { openingBeside } from './opening.ts';

/** Sorts the described rules of the managed directions; those of others are out of scope, and in no list. */
export interface Ownership {
  /** Rules that the policy decides about. */
  readonly managed: readonly DescribedRule[];
  /** Rules that an ignore pattern leaves alone: wanted as they are. */
  readonly ignored: readonly DescribedRule[];
  /** Rules that someone else made, and that stay whether they are declared or not. */
  readonly foreign: readonly DescribedRule[];
  /** Those of the ignored ones that let through more than the declared rules do. */
  readonly ignoredOpening: readonly IgnoredRule[];
}

interface IgnoredRule {
  readonly described: DescribedRule;
  readonly pattern: IgnorePattern;
}

/** What is known of the described rules beside themselves. Absent: nothing. */
export interface KnownOfRules {
  /** Ids of the rules that are ours, asked for only where the policy says `declared`. */
  readonly owned?: ReadonlySet<string> | undefined;
  /** Identities of rules by hand that are left alone for now. */
  readonly kept?: ReadonlySet<string> | undefined;
  /** Entries of lists: what an ignored rule opens that names one is judged by them. */
  readonly lists?: ReadLists | undefined;
}

export function ownershipOf(
  policy: GroupPolicy,
  group: DescribedGroup,
  { owned = new Set(), kept = new Set(), lists }: KnownOfRules = {},
): Ownership {
  const inScope = group.rules.filter(({ rule }) => policy.rules[rule.direction] !== null);
  const named = inScope.flatMap((described) => {
    // A pattern that names traffic is asked first: it is believed further.
    const fitting = policy.ignore.filter((pattern) => matchesIgnore(pattern, described.rule));
    const pattern = fitting.find(isShaped) ?? fitting[0];
    return pattern === undefined ? [] : [{ described, pattern }];
  });
  const opening = beyondDeclared(policy, named, groupContext(group, lists));
  const isBelieved = (item: IgnoredRule): boolean => isShaped(item.pattern) || !opening.has(item);
  const ignored = named.filter(isBelieved);
  const left = new Set(ignored.map(({ described }) => described));
  const others = inScope.filter((described) => !left.has(described));
  const isOurs = ({ id, rule }: DescribedRule): boolean =>
    !kept.has(ruleIdentity(rule)) && (policy.ownership !== 'declared' || (id !== null && owned.has(id)));
  return {
    managed: others.filter(isOurs),
    foreign: others.filter((described) => !isOurs(described)),
    ignored: [...left],
    ignoredOpening: ignored.filter((item) => opening.has(item)),
  };
}

/** The accepts among these that let through what the declared rules do not. */
function beyondDeclared(
  policy: GroupPolicy,
  named: readonly IgnoredRule[],
  context: GroupContext,
): ReadonlySet<IgnoredRule> {
  const accepts = named.filter(({ described }) => described.rule.action === 'accept');
  const declared = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).map(({ rule }) => rule);
  return openingBeside(accepts, ({ described }) => described.rule, { rules: declared, context });
}
