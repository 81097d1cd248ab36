// What a change of rules is judged by: the rules before and after, and what is known of the group and its lists.
import type { GroupContext } from '../../exposure/engine/context.ts';
import type { Prefix } from '../../model/prefix.ts';
import type { Peer } from '../../model/peer.ts';
import type { Rule } from '../../model/rule.ts';

export interface RuleChange {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
  /** With the entries of all lists that could be read: else a list and its own entries are strangers. */
  readonly context: GroupContext;
  /** Where members of groups and of unread lists are taken to be; absent: `DEFAULT_PRIVATE_NETWORKS`. */
  readonly privateNetworks?: readonly Prefix[];
}

/** Whether the addresses of a peer are known: not those of groups, nor of lists that could not be read. */
export function hasKnownAddresses(peer: Peer, context: GroupContext): boolean {
  if ('address' in peer) return true;
  return peer.kind === 'prefixList' && (context.prefixLists.get(peer.id)?.entries ?? null) !== null;
}

/** Whether some rule is about IPv6 packets alone. */
export function hasIpv6Rule(rules: readonly Rule[], context: GroupContext): boolean {
  return rules.some(
    ({ peer, own, protocol }) =>
      peer.kind === 'ipv6' ||
      own?.kind === 'ipv6' ||
      protocol === 'icmpv6' ||
      (peer.kind === 'prefixList' && context.prefixLists.get(peer.id)?.family === 'ipv6'),
  );
}
