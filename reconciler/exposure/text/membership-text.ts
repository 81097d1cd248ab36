// Of which groups and lists a packet or a box is: port lists are said of the port, all others of the peer. Only lists
// that could not be read stand here, so it is not known whether they hold the address or the port that an example has.
import { ALL_PORTS, formatPortRange, NO_PORTS_TEXT } from '../../model/ports.ts';
import type { Box } from './box.ts';
import type { Packet } from '../engine/packet.ts';

/** Ids of groups, prefix lists and port lists. */
type Memberships = Pick<Packet, 'notMemberOf'> & { readonly memberOf?: readonly string[] };

const isPortList = (id: string): boolean => id.startsWith('prl-');
const isPrefixList = (id: string): boolean => id.startsWith('pl-');

function partsOf(memberships: Memberships, isMeant: (id: string) => boolean): string[] {
  const [inside, outside] = [memberships.memberOf ?? [], memberships.notMemberOf ?? []].map((ids) =>
    ids.filter(isMeant),
  );
  return [
    ...(inside === undefined || inside.length === 0 ? [] : [`in ${inside.join(' and ')}`]),
    ...(outside === undefined || outside.length === 0 ? [] : [`not in ${outside.join(' or ')}`]),
  ];
}

/** As `port 443`, `port 443 not in prl-a`, `port in prl-a`; null if there is nothing to say. */
export function portText(packet: Packet): string | null {
  if (packet.port === null) return null;
  const parts = partsOf(packet, isPortList);
  const isOfList = packet.memberOf.some(isPortList);
  return ['port', ...(isOfList ? [] : [packet.port]), ...parts].join(' ');
}

/** As `in sg-a`, `if in pl-a`, `not in pl-b`. */
export function peerMembership(packet: Packet): string[] {
  const groups = partsOf(packet, (id) => !isPortList(id) && !isPrefixList(id));
  const lists = partsOf(packet, isPrefixList).map((part) => (part.startsWith('in ') ? `if ${part}` : part));
  return [...groups, ...lists];
}

/** As `ports 443/443`, `ports 1/1023 in prl-a`, `ports in prl-a`; null for every port. */
export function boxPortsText(box: Box): string | null {
  const parts = partsOf(box, isPortList);
  const isEvery = box.ports === NO_PORTS_TEXT || (parts.length > 0 && box.ports === EVERY_PORT);
  if (isEvery && parts.length === 0) return null;
  return ['ports', ...(isEvery ? [] : [box.ports]), ...parts].join(' ');
}

const EVERY_PORT = formatPortRange(ALL_PORTS);

/** As `only in sg-a`, `not in pl-b`. */
export const boxPeerMembership = (box: Box): string[] =>
  partsOf(box, (id) => !isPortList(id)).map((part) => (part.startsWith('in ') ? `only ${part}` : part));
