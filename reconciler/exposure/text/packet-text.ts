import type { Packet } from '../engine/packet.ts';
import { peerMembership, portText } from './membership-text.ts';
import { formatAddress } from '../../model/prefix.ts';
import { protocolText } from '../../model/rule-text.ts';

/** One packet on one line: `ingress tcp port 22 peer 10.0.0.1`. */
export function packetText(packet: Packet): string {
  const address = (value: bigint): string => formatAddress(packet.family, value);
  return [
    packet.direction,
    protocolText(String(packet.protocol)),
    portText(packet),
    packet.peer === null ? null : `peer ${address(packet.peer)}`,
    ...peerMembership(packet),
    packet.sourcePort === null ? null : `source port ${packet.sourcePort}`,
    packet.own === null ? null : `own address ${address(packet.own)}`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}
