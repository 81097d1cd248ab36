// Many services and peers in few words, and by the names that the policy has for them.
import { boxPeerMembership } from '../../exposure/text/membership-text.ts';
import type { Box } from '../../exposure/text/box.ts';
import { groupBy } from '../../model/collections.ts';
import type { NamedSet } from '../../model/group.ts';
import { formatPeer, type Peer } from '../../model/peer.ts';
import { ALL_PORTS, formatPortRange, type Ports } from '../../model/ports.ts';
import { compareText } from '../../model/problem.ts';
import { protocolText, quoted } from '../../model/rule-text.ts';
import { addressBits, formatPrefix } from '../../model/prefix.ts';
import type { Direction, Rule } from '../../model/rule.ts';

/** Part of a rule, and the set of the policy that it is a member of. */
export interface NamedService extends Pick<Rule, 'protocol' | 'ports'> {
  readonly named: NamedSet | null;
}

export interface NamedPeer {
  readonly peer: Peer;
  readonly named: NamedSet | null;
}

const MOST_PORTS = 5;
const MOST_PEERS = 4;
/** Members of a named set that are told one by one where not all of them are meant. */
const MOST_MEMBERS = 2;

/** `tcp 80, 443`, `udp and tcp 53 (dns)`, `icmp`. Each service once. */
export function serviceWords(services: readonly NamedService[]): string {
  return [...groupBy(services, ({ named }) => named?.name ?? null)]
    .map(([, alike]) => `${protocolsText(alike)}${serviceName(alike)}`)
    .join(' and ');
}

function serviceName(services: readonly NamedService[]): string {
  const named = services[0]?.named ?? null;
  if (named === null) return '';
  return named.size === services.length ? ` (${named.name})` : ` (of ${named.name})`;
}

function protocolsText(services: readonly NamedService[]): string {
  const byProtocol = [...groupBy(services, ({ protocol }) => protocolWords(protocol))].map(
    ([protocol, alike]) => ({ protocol, ports: portList(alike.map(({ ports }) => ports)) }),
  );
  return [...groupBy(byProtocol, ({ ports }) => ports)]
    .map(([ports, alike]) => {
      const protocols = alike.map(({ protocol }) => protocol).join(' and ');
      return ports === '' ? protocols : `${protocols} ${ports}`;
    })
    .join(' and ');
}

const protocolWords = (protocol: string): string =>
  protocol === 'all' ? 'all protocols' : protocolText(protocol);

function portList(ports: readonly Ports[]): string {
  const texts = [...ports]
    .sort(comparePortNumbers)
    .map(portsWords)
    .filter((text) => text !== '');
  const more = texts.length - MOST_PORTS;
  if (more <= 1) return texts.join(', ');
  return `${texts.slice(0, MOST_PORTS).join(', ')} and ${more} more`;
}

const comparePortNumbers = (a: Ports, b: Ports): number =>
  a.kind === 'range' && b.kind === 'range'
    ? a.first - b.first || a.last - b.last
    : compareText(a.kind, b.kind) || compareText(portsWords(a), portsWords(b));

/** `443`, `8443-8444`, `all ports`, the id of a port list; empty where the protocol has none. */
export function portsWords(ports: Ports): string {
  switch (ports.kind) {
    case 'none':
      return '';
    case 'list':
      return ports.id;
    case 'range':
      return rangeWords(formatPortRange(ports));
  }
}

/** The vendor's `N/M` as people write it. */
export function rangeWords(text: string): string {
  if (text === formatPortRange(ALL_PORTS)) return 'all ports';
  const [first = '', last = ''] = text.split('/');
  return first === last ? first : `${first}-${last}`;
}

/** `staff (3 prefixes)`, `203.0.113.0/24 of staff`, `sg-a, pl-b and 7 more`. Each peer once. */
export function peersText(peers: readonly NamedPeer[], direction: Direction): string {
  const byName = [...groupBy(peers, ({ named }) => named?.name ?? null).values()];
  const texts = byName.flatMap((alike) => {
    const named = alike[0]?.named ?? null;
    const members = alike.map(({ peer }) => peer);
    return named === null ? members.map((peer) => peerWords(peer, direction)) : [membersText(named, members)];
  });
  const more = texts.length - MOST_PEERS;
  if (more <= 1) return texts.join(', ');
  return `${texts.slice(0, MOST_PEERS).join(', ')} and ${more} more`;
}

function membersText({ name, size }: NamedSet, members: readonly Peer[]): string {
  if (members.length === size) return size === 1 ? name : `${name} (${size} ${peerNoun(members)})`;
  if (members.length <= MOST_MEMBERS) return `${members.map(plainPeer).join(' and ')} of ${name}`;
  return `${members.length} of the ${size} peers of ${name}`;
}

function peerNoun(peers: readonly Peer[]): string {
  if (peers.some((peer) => !('address' in peer))) return 'peers';
  const isHost = (peer: Peer): boolean => 'address' in peer && peer.length === addressBits(peer.kind);
  return peers.every(isHost) ? 'addresses' : 'prefixes';
}

/** A group of another account with its owner. */
const plainPeer = (peer: Peer): string =>
  'ownerId' in peer && peer.ownerId !== null ? `${peer.id} (account ${peer.ownerId})` : formatPeer(peer);

/** As it is written, and that everyone is meant where that is so. */
export function peerWords(peer: Peer, direction: Direction): string {
  const text = plainPeer(peer);
  const isEveryone = 'address' in peer && peer.length === 0;
  if (!isEveryone) return text;
  return direction === 'ingress' ? `the internet (${text})` : `anywhere (${text})`;
}

export const peerPreposition = (direction: Direction): 'from' | 'to' =>
  direction === 'ingress' ? 'from' : 'to';

/** What else a rule asks for, beside its service and its peer. */
export function conditionsText(rule: Rule): string {
  const { direction, own, sourcePorts, priority, nicType, unknown, action } = rule;
  return [
    ...(own === null ? [] : [`${direction === 'ingress' ? 'to' : 'from'} ${formatPrefix(own)}`]),
    ...(sourcePorts === null ? [] : [`source ports ${rangeWords(formatPortRange(sourcePorts))}`]),
    ...(priority === 1 ? [] : [`priority ${priority}`]),
    ...(nicType === 'intranet' ? [] : [`on the ${nicType} card`]),
    ...(unknown === undefined ? [] : [`with fields that are not known: ${quoted(unknown)}`]),
    ...(action === 'drop' ? ['(drop)'] : []),
  ]
    .map((part) => ` ${part}`)
    .join('');
}

const MOST_EXCEPTIONS = 3;

/** What of a peer is left in a box: ` except 10.0.0.0/8`, ` not in sg-a`. */
export function exceptionsText(box: Box): string {
  const { exceptPeers = [] } = box;
  const more = exceptPeers.length - MOST_EXCEPTIONS;
  const except =
    exceptPeers.length === 0
      ? []
      : [`except ${exceptPeers.slice(0, MOST_EXCEPTIONS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
  return [...except, ...boxPeerMembership(box)].map((part) => ` ${part}`).join('');
}
