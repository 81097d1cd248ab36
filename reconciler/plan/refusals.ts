// What the vendor is known to refuse whatever the order of the calls.
import type { DescribedGroup } from '../model/group.ts';
import { DIRECTIONS } from '../model/rule.ts';
import type { Block, GroupPolicy } from './plan.ts';

export function refusals(policy: GroupPolicy, group: DescribedGroup): Block[] {
  return [...managedByProduct(group), ...groupPeersInEnterprise(policy, group)];
}

function managedByProduct(group: DescribedGroup): Block[] {
  if (!group.serviceManaged) return [];
  const message = 'a cloud product owns this group: the vendor refuses every write';
  return [{ kind: 'managed', message, override: '' }];
}

/** Left out one by one, a drop rule among them would open what it should close: the group waits as a whole. */
function groupPeersInEnterprise(policy: GroupPolicy, group: DescribedGroup): Block[] {
  if (group.type !== 'enterprise') return [];
  const named = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).filter(
    ({ rule }) => rule.peer.kind === 'group',
  );
  const [first] = named;
  if (first === undefined) return [];
  const { file, line } = first.source;
  return [
    {
      kind: 'quota',
      message: `${named.length} rules name a group, the first at ${file}:${line}; an enterprise group takes none`,
      override: 'name prefixes or prefix lists instead',
    },
  ];
}
