// Decides a packet by asking each rule in turn. The slow, plain second opinion on the exposure engine:
// it shares types with it and nothing else, so the two can only agree by both being right.
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Prefix } from '../../reconciler/model/prefix.ts';
import type { Rule, RuleAction } from '../../reconciler/model/rule.ts';

/** What the vendor does with this packet under these rules. */
export function oracleDecide(rules: readonly Rule[], packet: Packet, context: GroupContext): RuleAction {
  const between = packet.nicType === 'intranet' && packet.memberOf.includes(context.id);
  if (context.type === 'normal' && context.innerAccess === 'accept' && between) return 'accept';
  const matching = rules.filter((rule) => oracleMatches(rule, packet, context));
  if (matching.length === 0) {
    return packet.direction === 'egress' && context.type === 'normal' ? 'accept' : 'drop';
  }
  const strongest = Math.min(...matching.map((rule) => rule.priority));
  return matching.some((rule) => rule.priority === strongest && rule.action === 'drop') ? 'drop' : 'accept';
}

/** Whether every field of the rule lets the packet in. */
export function oracleMatches(rule: Rule, packet: Packet, context: GroupContext): boolean {
  return (
    rule.direction === packet.direction &&
    rule.nicType === packet.nicType &&
    protocolMatches(rule, packet) &&
    portsMatch(rule, packet, context) &&
    peerMatches(rule, packet, context) &&
    (rule.own === null || inside(rule.own, packet, packet.own))
  );
}

function protocolMatches(rule: Rule, packet: Packet): boolean {
  switch (rule.protocol) {
    case 'all':
      return true;
    case 'tcp':
      return packet.protocol === 6;
    case 'udp':
      return packet.protocol === 17;
    case 'gre':
      return packet.protocol === 47;
    case 'icmp':
      return packet.protocol === 1 && packet.family === 'ipv4';
    case 'icmpv6':
      return packet.protocol === 58 && packet.family === 'ipv6';
    default:
      return packet.protocol === Number(rule.protocol);
  }
}

function portsMatch(rule: Rule, packet: Packet, context: GroupContext): boolean {
  if (rule.protocol !== 'tcp' && rule.protocol !== 'udp') return true;
  if (rule.sourcePorts !== null && !between(packet.sourcePort, rule.sourcePorts)) return false;
  switch (rule.ports.kind) {
    case 'none':
      return true;
    case 'range':
      return between(packet.port, rule.ports);
    case 'list': {
      const ranges = context.portLists.get(rule.ports.id);
      if (ranges === undefined) return packet.memberOf.includes(rule.ports.id);
      return ranges.some((range) => between(packet.port, range));
    }
  }
}

function between(port: number | null, range: { first: number; last: number }): boolean {
  if (range.first === 1 && range.last === 65535) return true;
  return port !== null && port >= range.first && port <= range.last;
}

function peerMatches(rule: Rule, packet: Packet, context: GroupContext): boolean {
  const peer = rule.peer;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return inside(peer, packet, packet.peer);
    case 'group':
      return packet.memberOf.includes(peer.id);
    case 'prefixList': {
      const list = context.prefixLists.get(peer.id);
      if (list === undefined) return packet.memberOf.includes(peer.id);
      if (list.family !== packet.family) return false;
      if (list.entries === null) return packet.memberOf.includes(peer.id);
      return list.entries.some((entry) => inside(entry, packet, packet.peer));
    }
  }
}

function inside(prefix: Prefix, packet: Packet, address: bigint | null): boolean {
  if (prefix.kind !== packet.family) return false;
  if (prefix.length === 0) return true;
  if (address === null) return false;
  const hostBits = BigInt((prefix.kind === 'ipv4' ? 32 : 128) - prefix.length);
  return address >> hostBits === prefix.address >> hostBits;
}
