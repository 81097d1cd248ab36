import { protocolNumber } from '../../model/protocol.ts';
import { addressBits, prefixContains, type Family, type Prefix } from '../../model/prefix.ts';
import { ALL_PORTS, type PortRange } from '../../model/ports.ts';
import type { Rule } from '../../model/rule.ts';
import type { GroupContext } from '../engine/context.ts';
import type { Packet } from '../engine/packet.ts';

/** Whether a rule applies to a packet. Fields that the packet leaves null match only what is open. */
export function matches(rule: Rule, packet: Packet, context: GroupContext): boolean {
  return (
    rule.direction === packet.direction &&
    rule.nicType === packet.nicType &&
    matchesProtocol(rule, packet) &&
    matchesPorts(rule, packet, context) &&
    (rule.sourcePorts === null || inRange(rule.sourcePorts, packet.sourcePort)) &&
    matchesPeer(rule, packet, context) &&
    (rule.own === null || inPrefix(rule.own, packet.family, packet.own))
  );
}

/** ICMP is a protocol of IPv4 and ICMPv6 one of IPv6. */
function matchesProtocol(rule: Rule, packet: Packet): boolean {
  if (rule.protocol === 'icmp' && packet.family === 'ipv6') return false;
  if (rule.protocol === 'icmpv6' && packet.family === 'ipv4') return false;
  const number = protocolNumber(rule.protocol);
  return number === null || number === packet.protocol;
}

function matchesPorts(rule: Rule, packet: Packet, context: GroupContext): boolean {
  switch (rule.ports.kind) {
    case 'none':
      return true;
    case 'range':
      return inRange(rule.ports, packet.port);
    case 'list': {
      const ranges = context.portLists.get(rule.ports.id);
      return ranges?.some((range) => inRange(range, packet.port)) ?? packet.memberOf.includes(rule.ports.id);
    }
  }
}

function matchesPeer(rule: Rule, packet: Packet, context: GroupContext): boolean {
  const { peer } = rule;
  if ('address' in peer) return inPrefix(peer, packet.family, packet.peer);
  const list = peer.kind === 'prefixList' ? context.prefixLists.get(peer.id) : undefined;
  if (list !== undefined && list.family !== packet.family) return false;
  return (
    list?.entries?.some((entry) => inPrefix(entry, packet.family, packet.peer)) ??
    packet.memberOf.includes(peer.id)
  );
}

function inRange(range: PortRange, port: number | null): boolean {
  if (port === null) return range.first === ALL_PORTS.first && range.last === ALL_PORTS.last;
  return range.first <= port && port <= range.last;
}

function inPrefix(prefix: Prefix, family: Family, address: bigint | null): boolean {
  if (address === null) return prefix.kind === family && prefix.length === 0;
  return prefixContains(prefix, { kind: family, address, length: addressBits(family) });
}
