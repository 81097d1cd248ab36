// One packet out of many, for people: such as one might meet, as far as the region has one.
import type { Family } from '../../model/prefix.ts';
import { hasPorts, parseDescribedProtocol } from '../../model/protocol.ts';
import { itemAt } from '../engine/at.ts';
import type { Span } from '../engine/axis.ts';
import type { Packet } from '../engine/packet.ts';
import { membership, spansOf, type Region } from '../engine/region.ts';
import type { Field } from '../engine/rule-boxes.ts';
import type { Universe } from '../engine/universe.ts';

/** One packet of the region, with no membership that it does not need, and with those that it must not have. */
export function examplePacket(universe: Universe, region: Region): Packet {
  const { direction, nicType, family } = universe;
  const valueOf = (field: Field): bigint => exampleValue(spansOf(universe, region, field), field, family);
  const protocol = Number(valueOf('protocol'));
  const portOf = (field: 'port' | 'sourcePort'): number | null =>
    isPorted(protocol) ? Number(valueOf(field)) : null;
  const { memberOf, notMemberOf } = membership(universe, region);
  return {
    direction,
    nicType,
    family,
    protocol,
    port: portOf('port'),
    peer: valueOf('peer'),
    sourcePort: portOf('sourcePort'),
    own: valueOf('own'),
    memberOf: memberOf.map(({ id }) => id),
    ...(notMemberOf.length === 0 ? {} : { notMemberOf: notMemberOf.map(({ id }) => id) }),
  };
}

/** Whether packets of this protocol number have ports. */
export function isPorted(protocol: number): boolean {
  const named = parseDescribedProtocol(String(protocol));
  return named !== null && hasPorts(named);
}

/** The first usual value if one is possible, else the lowest; of a network not its own address, if it holds others. */
export function exampleValue(spans: readonly Span[], field: Field, family: Family): bigint {
  const usual = USUAL[family][field].find((value) =>
    spans.some(({ first, last }) => first <= value && value <= last),
  );
  if (usual !== undefined) return usual;
  const { first, last } = itemAt(spans, 0);
  const isAddress = field === 'peer' || field === 'own';
  return isAddress && last > first + 1n ? first + 1n : first;
}

/** TCP, UDP and ICMP; the port of a client; 198.51.100.7 from the internet, 10.0.0.7 and 10.0.0.1 from within. */
const USUAL: Readonly<Record<Family, Readonly<Record<Field, readonly bigint[]>>>> = {
  ipv4: {
    protocol: [6n, 17n, 1n],
    port: [],
    sourcePort: [50_000n],
    peer: [0xc6336407n, 0x0a000007n],
    own: [0x0a000001n],
  },
  ipv6: {
    protocol: [6n, 17n, 58n],
    port: [],
    sourcePort: [50_000n],
    peer: [0x20010db8_00000000_00000000_00000007n],
    own: [0x20010db8_00000000_00000000_00000001n],
  },
};
