// The far sides that a pattern speaks of. A packet of a pattern comes from an address of it and from no security group
// but those that it names, so its prefixes are one kind of sender, and each group is another.
import type { GroupContext } from '../../exposure/engine/context.ts';
import type { Span } from '../../exposure/engine/axis.ts';
import { domainOf } from '../../exposure/engine/rule-boxes.ts';
import type { PacketPattern } from '../../model/packets/pattern.ts';
import type { Family, Prefix } from '../../model/prefix.ts';
import { addressSpans, addressCount } from './measure.ts';

export interface Sender {
  /** A group or an unread list that all packets are in; null: the pattern's addresses. */
  readonly memberOf: string | null;
  /**
   * `none`: packets are in no group but `memberOf`; `any`: rules for groups count too, whoever is in the groups.
   */
  readonly groups: 'none' | 'any';
  /** Ascending. For members of a group, the private addresses; of an unread list, all. */
  readonly spans: Readonly<Record<Family, readonly Span[]>>;
  /** How many of the addresses are in the list is not known. */
  readonly isUnreadList: boolean;
}

export const DEFAULT_PRIVATE_NETWORKS: readonly Prefix[] = [
  { kind: 'ipv4', address: 0x0a000000n, length: 8 },
  { kind: 'ipv4', address: 0xac100000n, length: 12 },
  { kind: 'ipv4', address: 0xc0a80000n, length: 16 },
  { kind: 'ipv6', address: 0xfcn << 120n, length: 7 },
];

export interface SenderContext {
  readonly group: GroupContext;
  /** Where members of named groups are. */
  readonly privateNetworks: readonly Prefix[];
}

/** `groups`: of the sender that stands for the pattern's addresses. */
export function sendersOf(
  { peers }: PacketPattern,
  { group, privateNetworks }: SenderContext,
  groups: Sender['groups'],
): Sender[] {
  const prefixes: Prefix[] = [];
  const senders: Sender[] = [];
  for (const peer of peers) {
    if ('address' in peer) prefixes.push(peer);
    else if (peer.kind === 'group') {
      senders.push(sender({ memberOf: peer.id, spans: spansOfBoth(privateNetworks) }));
    } else {
      const list = group.prefixLists.get(peer.id);
      if (list !== undefined && list.entries !== null) prefixes.push(...list.entries);
      else senders.push(sender({ memberOf: peer.id, isUnreadList: true, spans: everywhere(list?.family) }));
    }
  }
  return prefixes.length === 0 ? senders : [sender({ groups, spans: spansOfBoth(prefixes) }), ...senders];
}

function sender(fields: Partial<Sender> & Pick<Sender, 'spans'>): Sender {
  return { memberOf: null, groups: 'none', isUnreadList: false, ...fields };
}

const spansOfBoth = (prefixes: readonly Prefix[]): Sender['spans'] => ({
  ipv4: addressSpans(prefixes, 'ipv4'),
  ipv6: addressSpans(prefixes, 'ipv6'),
});

const everywhere = (family: Family | undefined): Sender['spans'] => ({
  ipv4: family === 'ipv6' ? [] : [domainOf('peer', 'ipv4')],
  ipv6: family === 'ipv4' ? [] : [domainOf('peer', 'ipv6')],
});

/** Whether the addresses are all that there are in the family. */
export const isEverywhere = ({ spans }: Sender, family: Family): boolean =>
  addressCount(spans[family]) === domainOf('peer', family).last + 1n;
