// Whether a packet is in a box, read from the texts of the box alone: what a user of the JSON would do.
import type { Box } from '../../reconciler/exposure/text/box.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Prefix } from '../../reconciler/model/prefix.ts';
import { prefix } from './rule-sets.ts';

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58 };

export type BoxReader = (packet: Packet) => boolean;

/** Reads a box once, for many packets. */
export function readBox(box: Box, context: GroupContext): BoxReader {
  const holdsProtocol = readProtocol(box);
  const holdsPorts = readPorts(box.ports);
  const holdsSourcePorts = readPorts(box.sourcePorts ?? '-1/-1');
  const isSymbolic = box.family === 'group' || box.family === 'prefixList';
  const holdsPeer = readAddresses(isSymbolic ? null : box.peer, box.exceptPeers);
  const holdsOwn = readAddresses(box.own ?? null, box.exceptOwn);
  const memberOf = [...(box.memberOf ?? []), ...(isSymbolic ? [box.peer] : [])];
  return (packet) =>
    box.direction === packet.direction &&
    (box.nicType ?? 'intranet') === packet.nicType &&
    holdsProtocol(packet) &&
    holdsPorts(packet.port) &&
    holdsSourcePorts(packet.sourcePort) &&
    holdsPeer(packet, packet.peer) &&
    holdsOwn(packet, packet.own) &&
    memberOf.every((id) => isMember(id, packet, context)) &&
    !(box.notMemberOf ?? []).some((id) => isMember(id, packet, context));
}

function readAddresses(
  text: string | null,
  exceptTexts: readonly string[] = [],
): (packet: Packet, address: bigint | null) => boolean {
  const network = text === null ? null : prefix(text);
  const except = exceptTexts.map(prefix);
  return (packet, address) =>
    (network === null || inside(network, packet, address)) &&
    !except.some((hole) => inside(hole, packet, address));
}

function readProtocol(box: Box): BoxReader {
  if (box.protocol === 'all') return () => true;
  const [first = '', last = first] = box.protocol.split('-');
  const number = (text: string): number => PROTOCOL_NUMBERS[text] ?? Number(text);
  const family = box.protocol === 'icmp' ? 'ipv4' : box.protocol === 'icmpv6' ? 'ipv6' : null;
  return (packet) =>
    (family === null || family === packet.family) &&
    number(first) <= packet.protocol &&
    packet.protocol <= number(last);
}

function readPorts(text: string): (port: number | null) => boolean {
  if (text === '-1/-1') return () => true;
  const [first, last] = text.split('/').map(Number) as [number, number];
  return (port) => port !== null && first <= port && port <= last;
}

/** A list that is known to be of one family has no members of the other. */
function isMember(id: string, packet: Packet, context: GroupContext): boolean {
  const family = context.prefixLists.get(id)?.family ?? packet.family;
  return family === packet.family && packet.memberOf.includes(id);
}

function inside(network: Prefix, packet: Packet, address: bigint | null): boolean {
  const hostBits = BigInt((network.kind === 'ipv4' ? 32 : 128) - network.length);
  return (
    network.kind === packet.family && address !== null && address >> hostBits === network.address >> hostBits
  );
}
