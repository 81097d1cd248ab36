// Whether a packet is in a box, read from the texts of the box alone: what a user of the JSON would do.
import type { Box } from '../../reconciler/exposure/box.ts';
import type { GroupContext } from '../../reconciler/exposure/context.ts';
import type { Packet } from '../../reconciler/exposure/packet.ts';
import { prefix } from './rule-sets.ts';

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58 };

export function boxHolds(box: Box, packet: Packet, context: GroupContext): boolean {
  return (
    box.direction === packet.direction &&
    (box.nicType ?? 'intranet') === packet.nicType &&
    protocolHolds(box, packet) &&
    portHolds(box.ports, packet.port) &&
    portHolds(box.sourcePorts ?? '-1/-1', packet.sourcePort) &&
    peerHolds(box, packet, context) &&
    (box.own === undefined || prefixHolds(box.own, packet, packet.own)) &&
    (box.memberOf ?? []).every((id) => isMember(id, packet, context)) &&
    !(box.notMemberOf ?? []).some((id) => isMember(id, packet, context))
  );
}

function protocolHolds(box: Box, packet: Packet): boolean {
  if (box.protocol === 'all') return true;
  if (box.protocol === 'icmp' && packet.family === 'ipv6') return false;
  if (box.protocol === 'icmpv6' && packet.family === 'ipv4') return false;
  const [first = '', last = first] = box.protocol.split('-');
  const number = (text: string): number => PROTOCOL_NUMBERS[text] ?? Number(text);
  return number(first) <= packet.protocol && packet.protocol <= number(last);
}

function portHolds(text: string, port: number | null): boolean {
  if (text === '-1/-1') return true;
  const [first, last] = text.split('/').map(Number) as [number, number];
  return port !== null && first <= port && port <= last;
}

function peerHolds(box: Box, packet: Packet, context: GroupContext): boolean {
  if (box.family === 'group' || box.family === 'prefixList') return isMember(box.peer, packet, context);
  return box.family === packet.family && prefixHolds(box.peer, packet, packet.peer);
}

/** A list that is known to be of one family has no members of the other. */
function isMember(id: string, packet: Packet, context: GroupContext): boolean {
  const family = context.prefixLists.get(id)?.family ?? packet.family;
  return family === packet.family && packet.memberOf.includes(id);
}

function prefixHolds(text: string, packet: Packet, address: bigint | null): boolean {
  const { kind, address: network, length } = prefix(text);
  const hostBits = BigInt((kind === 'ipv4' ? 32 : 128) - length);
  return kind === packet.family && address !== null && address >> hostBits === network >> hostBits;
}
