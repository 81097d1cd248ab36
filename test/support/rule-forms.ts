// A rule in the forms it takes on its way: as a policy says it, and as the cloud holds it. Written from the contract
// and the vendor's manual; the daemon's own conversion is not used, so the two can disagree.
import { formatPeer } from '../../reconciler/model/peer.ts';
import { formatPrefix } from '../../reconciler/model/prefix.ts';
import type { Protocol } from '../../reconciler/model/protocol.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import type { Permission } from '../../emulator/state.ts';
import type { WireRule } from './estate.ts';
import { rule } from './rule-sets.ts';

/** One rule of a policy in flow style. */
export function policyRule({ direction, protocol, ports, sourcePorts, peer, own, ...rule }: Rule): string {
  const [peerKey, ownKey] = direction === 'ingress' ? ['from', 'to'] : ['to', 'from'];
  const fields = [
    `protocol: ${protocol}`,
    ...(ports.kind === 'range' ? [`ports: ${ports.first}-${ports.last}`] : []),
    ...(ports.kind === 'list' ? [`portList: ${ports.id}`] : []),
    ...(sourcePorts === null ? [] : [`sourcePorts: ${sourcePorts.first}-${sourcePorts.last}`]),
    `${peerKey}: "${formatPeer(peer)}"`,
    ...(own === null ? [] : [`${ownKey}: "${formatPrefix(own)}"`]),
    `action: ${rule.action}`,
    `priority: ${rule.priority}`,
  ];
  return `{${fields.join(', ')}}`;
}

/** The rule in the emulator's state file. */
export function wireRule({ direction, protocol, ports, sourcePorts, peer, own, ...rule }: Rule): WireRule {
  const [peerSide, ownSide] = direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
  const peerField = {
    ipv4: `${peerSide}CidrIp`,
    ipv6: `Ipv6${peerSide}CidrIp`,
    group: `${peerSide}GroupId`,
    prefixList: `${peerSide}PrefixListId`,
  }[peer.kind];
  return {
    Direction: direction,
    IpProtocol: protocol.toUpperCase(),
    PortRange: ports.kind === 'range' ? `${ports.first}/${ports.last}` : ports.kind === 'none' ? '-1/-1' : '',
    ...(ports.kind === 'list' ? { PortRangeListId: ports.id } : {}),
    ...(sourcePorts === null ? {} : { SourcePortRange: `${sourcePorts.first}/${sourcePorts.last}` }),
    [peerField]: formatPeer(peer),
    ...(own === null
      ? {}
      : { [own.kind === 'ipv4' ? `${ownSide}CidrIp` : `Ipv6${ownSide}CidrIp`]: formatPrefix(own) }),
    Policy: rule.action === 'accept' ? 'Accept' : 'Drop',
    Priority: rule.priority,
  };
}

/** What a rule in the emulator's state means. */
export function meaningOf(held: Permission): Rule {
  const [peer, own] =
    held.Direction === 'ingress' ? (['Source', 'Dest'] as const) : (['Dest', 'Source'] as const);
  const sourcePorts = /^(\d+)\/(\d+)$/.exec(held.SourcePortRange);
  return rule({
    direction: held.Direction,
    protocol: held.IpProtocol.toLowerCase() as Protocol,
    ports: held.PortRangeListId || held.PortRange.replace('/', '-'),
    sourcePorts:
      sourcePorts === null ? null : { first: Number(sourcePorts[1]), last: Number(sourcePorts[2]) },
    peer:
      held[`${peer}CidrIp`] ||
      held[`Ipv6${peer}CidrIp`] ||
      held[`${peer}GroupId`] ||
      held[`${peer}PrefixListId`],
    own: held[`${own}CidrIp`] || held[`Ipv6${own}CidrIp`] || null,
    action: held.Policy === 'Accept' ? 'accept' : 'drop',
    priority: held.Priority,
    nicType: held.NicType,
  });
}
