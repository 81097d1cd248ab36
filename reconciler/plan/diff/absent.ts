// Rules that name a group or a list that does not exist: the cloud would refuse them, so they are left out of the plan as
// refused ones are (quarantine.ts), but before the first call. They go in by themselves once what they name exists.
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../model/rule.ts';
import type { GroupPolicy } from '../plan.ts';
import type { Quarantined } from './quarantine.ts';

/** A rule names this by its id. Only groups of our own account can be looked up. */
export interface NamedByRule {
  readonly rule: DesiredRule;
  readonly kind: 'group' | 'prefixList' | 'portList';
  readonly id: string;
}

/** Named by rules that the group does not have yet: what it has, the cloud took. */
export function namedByMissing(policy: GroupPolicy, described: readonly DescribedRule[]): NamedByRule[] {
  const naming = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).filter(
    ({ rule }) => namedBy(rule).length > 0,
  );
  if (naming.length === 0) return [];
  const present = new Set(described.map(({ rule }) => ruleIdentity(rule)));
  return naming
    .filter(({ rule }) => !present.has(ruleIdentity(rule)))
    .sort(({ source: a }, { source: b }) => compareText(a.file, b.file) || a.line - b.line)
    .flatMap((rule) => namedBy(rule.rule).map((name) => ({ rule, ...name })));
}

/** `absent`: ids of what the cloud says does not exist. */
export function absentNames(
  policy: GroupPolicy,
  described: readonly DescribedRule[],
  absent: ReadonlySet<string> = new Set(),
): NamedByRule[] {
  if (absent.size === 0) return [];
  return namedByMissing(policy, described).filter(({ id }) => absent.has(id));
}

/** What is not to be tried for now: what the cloud refused, and what it is sure to refuse. */
export function withAbsent(
  absent: readonly NamedByRule[],
  { desired, described }: Quarantined = { desired: new Set(), described: new Set() },
): Quarantined {
  return {
    desired: new Set([...desired, ...absent.map(({ rule }) => ruleIdentity(rule.rule))]),
    described,
  };
}

function namedBy({ peer, ports }: Rule): Array<Pick<NamedByRule, 'kind' | 'id'>> {
  const peers =
    (peer.kind === 'group' && peer.ownerId === null) || peer.kind === 'prefixList'
      ? [{ kind: peer.kind, id: peer.id }]
      : [];
  return [...peers, ...(ports.kind === 'list' ? [{ kind: 'portList' as const, id: ports.id }] : [])];
}
