// What the vendor is known to refuse whatever the order of the calls.
import type { DescribedGroup, DesiredRule } from '../../model/group.ts';
import { compareText, type SourcePlace } from '../../model/problem.ts';
import { DIRECTIONS } from '../../model/rule.ts';
import type { Block, GroupPolicy } from '../plan.ts';

export function refusals(policy: GroupPolicy, group: DescribedGroup): Block[] {
  return [...managedByProduct(group), ...groupPeersInEnterprise(policy, group), ...itselfAsPeer(policy)];
}

function managedByProduct(group: DescribedGroup): Block[] {
  if (!group.serviceManaged) return [];
  const message = 'a cloud product owns this group: the vendor refuses every write';
  return [{ kind: 'managed', message, override: '' }];
}

function groupPeersInEnterprise(policy: GroupPolicy, group: DescribedGroup): Block[] {
  if (group.type !== 'enterprise') return [];
  const override = 'name prefixes or prefix lists instead';
  return blockedBy(
    namingGroups(policy, () => true),
    {
      kind: 'quota',
      message: 'rules name a group, and an enterprise group takes none',
      override,
    },
  );
}

/** A policy that names its group by id does not get here with such a rule: only by name or tags it is not known. */
function itselfAsPeer(policy: GroupPolicy): Block[] {
  const override = "use the group's inner access policy, or name the addresses of its members";
  return blockedBy(
    namingGroups(policy, (id) => id === policy.id),
    { kind: 'denied', message: 'rules name the group itself, and the vendor refuses that', override },
  );
}

const comparePlaces = (a: SourcePlace, b: SourcePlace): number =>
  compareText(a.file, b.file) || a.line - b.line;

const namingGroups = (policy: GroupPolicy, isMeant: (id: string) => boolean): DesiredRule[] =>
  DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).filter(
    ({ rule: { peer } }) => peer.kind === 'group' && isMeant(peer.id),
  );

/** Left out one by one, a drop rule among them would open what it should close: the group waits as a whole. */
function blockedBy(rules: readonly DesiredRule[], block: Block): Block[] {
  const [first] = [...rules].sort((a, b) => comparePlaces(a.source, b.source));
  if (first === undefined) return [];
  const { file, line } = first.source;
  const where = rules.length === 1 ? `${file}:${line}` : `${rules.length}, the first at ${file}:${line}`;
  return [{ ...block, message: `${block.message}: ${where}` }];
}
