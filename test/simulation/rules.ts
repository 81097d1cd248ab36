// Rules as the simulation invents them, and the three languages in which they are written: policy YAML for the
// daemon, request parameters for the people at the console, and the model's noun for the packet oracle.
// Nothing here comes from the daemon's own conversions or from the policy compiler.
import { formatPeer, type Peer } from '../../reconciler/model/peer.ts';
import { NO_PORTS, type PortRange, type Ports } from '../../reconciler/model/ports.ts';
import { formatAddress, parsePrefix, type Prefix } from '../../reconciler/model/prefix.ts';
import type { Protocol } from '../../reconciler/model/protocol.ts';
import { ruleIdentity, type NicType, type Rule } from '../../reconciler/model/rule.ts';
import type { Random } from '../support/random.ts';

/** What a group can hold depends on what it is. */
export interface GroupKind {
  readonly id: string;
  readonly type: 'normal' | 'enterprise';
  readonly classic: boolean;
  readonly legacy: boolean;
  /** Whether it may hold rules that differ in priority only: under one reading of the manual no group may. */
  readonly priorityTwins: boolean;
}

// Few values with shared end points, so that rules overlap, nest, touch and collide all the time.
const PORTS = ['22', '80', '443', '80-443', '1-1024', '1025-65535', '8000-8100', 'all', 'all'];
const IPV4 = ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/9', '10.1.0.0/16', '10.1.1.0/24', '10.1.1.7/32'];
const IPV6 = ['::/0', '2001:db8::/32', '2001:db8:1::/48'];
const OWN = ['10.9.0.0/16', '10.9.9.0/24'];
const PRIORITIES = [1, 1, 1, 2, 3, 50, 100];
/** An account that is not ours, and a group of its. */
export const PARTNER: Peer & { readonly kind: 'group' } = {
  kind: 'group',
  id: 'sg-partner',
  ownerId: '1557809237701234',
};
export const PORT_LIST = 'prl-web';
const TEXTS = ['web', 'office', 'old entry'];

/** Rules with this in their description are left alone where a policy says so. */
export const IGNORED_TEXT = 'managed-by-acs/';
/** Next to a protocol a text is believed; next to none it stands for no more than is declared. */
export const IGNORED_PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'icmpv6', 'gre'];

/** By the patterns of a policy that ignores. */
export const isIgnored = ({ description, protocol }: Rule): boolean =>
  description?.startsWith(IGNORED_TEXT) === true && IGNORED_PROTOCOLS.includes(protocol);

export function randomRule(group: GroupKind, random: Random): Rule {
  const direction = random.chance(0.7) ? 'ingress' : 'egress';
  const peer = randomPeer(group, random);
  const protocol = randomProtocol(peer, group, random);
  return {
    direction,
    protocol,
    ...randomPorts(protocol, group, random),
    peer,
    own: peer.kind === 'ipv4' && random.chance(0.07) ? prefix(random.pick(OWN)) : null,
    action: random.chance(0.7) ? 'accept' : 'drop',
    priority: random.pick(PRIORITIES),
    nicType: group.classic && random.chance(0.5) ? 'internet' : 'intranet',
    description: random.chance(0.25) ? random.pick(TEXTS) : null,
  };
}

function randomPorts(
  protocol: Protocol,
  group: GroupKind,
  random: Random,
): Pick<Rule, 'ports' | 'sourcePorts'> {
  if (protocol !== 'tcp' && protocol !== 'udp') return { ports: NO_PORTS, sourcePorts: null };
  const isListed = !group.legacy && !group.classic && random.chance(0.06);
  const range = ports(random.pick(PORTS));
  return {
    ports: isListed ? { kind: 'list', id: PORT_LIST } : range,
    sourcePorts: random.chance(0.05) ? { first: 1024, last: 65535 } : null,
  };
}

function randomPeer(group: GroupKind, random: Random): Peer {
  if (group.classic || random.chance(0.7)) return prefix(random.pick(IPV4));
  const others: Peer[] = [prefix(random.pick(IPV6)), prefix(random.pick(IPV6))];
  if (group.type === 'normal') others.push({ kind: 'group', id: 'sg-peer', ownerId: null });
  if (!group.legacy) others.push({ kind: 'prefixList', id: 'pl-cdn' });
  if (!group.legacy && group.type === 'normal') others.push(PARTNER);
  return random.pick(others);
}

function randomProtocol(peer: Peer, group: GroupKind, random: Random): Protocol {
  if (random.chance(0.75)) return random.chance(0.75) ? 'tcp' : 'udp';
  if (random.chance(0.5) || group.classic) return 'all';
  if (peer.kind === 'ipv4' && random.chance(0.3)) return 'gre';
  return peer.kind === 'ipv6' ? 'icmpv6' : 'icmp';
}

/** What no policy may say, but a group may hold: rules of protocols by number, and those that the cloud itself made once. */
export function oddRule(group: GroupKind, random: Random): Rule {
  const rule = randomRule({ ...group, legacy: true }, random);
  if (group.legacy || random.chance(0.5)) return { ...rule, priority: SYSTEM_PRIORITY };
  return { ...rule, protocol: '50', ports: NO_PORTS, sourcePorts: null };
}

/** Of rules that the cloud made before May 2020. */
const SYSTEM_PRIORITY = 110;

export const isForPolicies = ({ protocol, priority }: Rule): boolean =>
  priority !== SYSTEM_PRIORITY && !/^\d/.test(protocol);

/** Changes one field, as an edit of a policy or a hand at the console does. */
export function alteredRule(rule: Rule, group: GroupKind, random: Random): Rule {
  const other = randomRule(group, random);
  const ported = rule.ports.kind === 'range';
  switch (random.pick(['ports', 'peer', 'action', 'priority', 'description'] as const)) {
    case 'ports':
      return ported ? { ...rule, ports: ports(random.pick(PORTS)) } : { ...rule, priority: other.priority };
    case 'peer':
      return rule.peer.kind === 'ipv4' ? { ...rule, peer: prefix(random.pick(IPV4)) } : rule;
    case 'action':
      return { ...rule, action: rule.action === 'accept' ? 'drop' : 'accept' };
    case 'priority':
      return { ...rule, priority: other.priority };
    case 'description':
      return { ...rule, description: random.pick(TEXTS) };
  }
}

/** What may stand in a group: the first of several rules that the cloud would take for one. */
export function coexisting(rules: readonly Rule[], { priorityTwins }: GroupKind): Rule[] {
  const first = new Map<string, Rule>();
  for (const rule of rules) {
    const key = ruleIdentity(priorityTwins ? rule : { ...rule, priority: 1 });
    if (!first.has(key)) first.set(key, rule);
  }
  return [...first.values()];
}

export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text, 'mask');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function ports(text: string): Ports {
  if (text === 'all') return { kind: 'range', first: 1, last: 65535 };
  const [first = '', last = first] = text.split('-');
  return { kind: 'range', first: Number(first), last: Number(last) };
}

// As policy YAML.

/** A flow-style entry of `ingress` or `egress`, with these words at its end. */
export function yamlRule(rule: Rule, more: readonly string[]): string {
  const [peerKey, ownKey] = rule.direction === 'ingress' ? ['from', 'to'] : ['to', 'from'];
  const fields = [
    `protocol: ${rule.protocol}`,
    ...portWords(rule.ports),
    ...(rule.sourcePorts === null ? [] : [`sourcePorts: ${rangeText(rule.sourcePorts, '-')}`]),
    `${peerKey}: ${peerWord(rule.peer)}`,
    ...(rule.own === null ? [] : [`${ownKey}: "${peerText(rule.own)}"`]),
    `action: ${rule.action}`,
    `priority: ${rule.priority}`,
    ...(rule.nicType === 'internet' ? ['nicType: internet'] : []),
    ...(rule.description === null ? [] : [`description: "${rule.description}"`]),
    ...more,
  ];
  return `{${fields.join(', ')}}`;
}

const portWords = (named: Ports): string[] =>
  named.kind === 'none'
    ? []
    : [named.kind === 'list' ? `portList: ${named.id}` : `ports: ${rangeText(named, '-')}`];

const peerWord = (peer: Peer): string =>
  peer.kind === 'group' && peer.ownerId !== null
    ? `{group: ${peer.id}, ownerId: "${peer.ownerId}"}`
    : `"${peerText(peer)}"`;

const rangeText = ({ first, last }: PortRange, separator: string): string => `${first}${separator}${last}`;

export const peerText = formatPeer;

// As the vendor's parameters.

export type Wire = Readonly<Record<string, string>>;

/** All fields of the rule; given dice, in one of the spellings that the vendor takes. */
export function wireRule(rule: Rule, random: Random | null): Wire {
  const [peerSide, ownSide] = rule.direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
  return {
    IpProtocol: random?.chance(0.5) === true ? rule.protocol : rule.protocol.toUpperCase(),
    ...wirePorts(rule.ports),
    ...(rule.sourcePorts === null ? {} : { SourcePortRange: rangeText(rule.sourcePorts, '/') }),
    ...sideOf(rule.peer, peerSide, random),
    ...(rule.own === null ? {} : sideOf(rule.own, ownSide, random)),
    Policy: rule.action,
    Priority: String(rule.priority),
    NicType: rule.nicType,
    ...(rule.description === null ? {} : { Description: rule.description }),
  };
}

const wirePorts = (named: Ports): Wire =>
  named.kind === 'list'
    ? { PortRangeListId: named.id }
    : { PortRange: named.kind === 'range' ? rangeText(named, '/') : '-1/-1' };

function sideOf(peer: Peer, side: string, random: Random | null): Wire {
  switch (peer.kind) {
    case 'group':
      return {
        [`${side}GroupId`]: peer.id,
        ...(peer.ownerId === null ? {} : { [`${side}GroupOwnerId`]: peer.ownerId }),
      };
    case 'prefixList':
      return { [`${side}PrefixListId`]: peer.id };
    case 'ipv6':
      return { [`Ipv6${side}CidrIp`]: formatPeer(peer) };
    case 'ipv4':
      return { [`${side}CidrIp`]: random === null ? formatPeer(peer) : spelled(peer, random) };
  }
}

/** A single address without its length, or a network with host bits: people write both. */
function spelled(peer: Prefix, random: Random): string {
  if (peer.length === 32 && random.chance(0.5)) return formatAddress(peer.kind, peer.address);
  if (peer.length > 0 && peer.length < 32 && random.chance(0.1)) {
    return `${formatAddress(peer.kind, peer.address + 1n)}/${peer.length}`;
  }
  return formatPeer(peer);
}

/** A rule as Describe shows it or a request names it; absent fields may be missing or empty. */
export type Shown = Readonly<Record<string, unknown>>;

const known = new WeakMap<Shown, Rule>();

export function readShown(shown: Shown, direction: Rule['direction']): Rule {
  const cached = known.get(shown);
  if (cached !== undefined) return cached;
  const text = (name: string): string => {
    const value = shown[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const [peerSide, ownSide] =
    direction === 'ingress' ? (['Source', 'Dest'] as const) : (['Dest', 'Source'] as const);
  const own = text(`${ownSide}CidrIp`) || text(`Ipv6${ownSide}CidrIp`);
  const rule: Rule = {
    direction,
    protocol: text('IpProtocol').toLowerCase() as Protocol,
    ports: shownPorts(text('PortRange'), text('PortRangeListId')),
    sourcePorts: shownRange(text('SourcePortRange')),
    peer: shownPeer(text, peerSide),
    // Where the cloud shows an own side that was left out, it shows everything.
    own: own === '' || own.endsWith('/0') ? null : prefix(own),
    action: text('Policy').toLowerCase() === 'drop' ? 'drop' : 'accept',
    priority: Number(text('Priority') || '1'),
    nicType: (text('NicType') || 'intranet') as NicType,
    description: text('Description') || null,
  };
  known.set(shown, rule);
  return rule;
}

function shownPorts(text: string, listId: string): Ports {
  if (listId !== '') return { kind: 'list', id: listId };
  const range = shownRange(text);
  return range === null && text !== '1/65535' ? NO_PORTS : { kind: 'range', ...(range ?? ALL) };
}

const ALL: PortRange = { first: 1, last: 65535 };

/** Null for any port, and for protocols without ports. */
function shownRange(text: string): PortRange | null {
  const [first = -1, last = -1] = text.split('/').map(Number);
  if (text === '' || first < 1 || (first === 1 && last === 65535)) return null;
  return { first, last };
}

function shownPeer(text: (name: string) => string, side: 'Source' | 'Dest'): Peer {
  const group = text(`${side}GroupId`);
  const ownerId = text(`${side}GroupOwnerAccount`) || text(`${side}GroupOwnerId`) || null;
  if (group !== '') return { kind: 'group', id: group, ownerId };
  const list = text(`${side}PrefixListId`);
  if (list !== '') return { kind: 'prefixList', id: list };
  return prefix(text(`${side}CidrIp`) || text(`Ipv6${side}CidrIp`));
}
