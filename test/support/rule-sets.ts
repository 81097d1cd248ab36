// Random rules whose fields come from small pools with shared end points, so that rules overlap,
// nest, touch and collide all the time instead of almost never.
import fc from 'fast-check';
import type { GroupContext, KnownPrefixList } from '../../reconciler/exposure/engine/context.ts';
import type { Peer } from '../../reconciler/model/peer.ts';
import { NO_PORTS, type PortRange, type Ports } from '../../reconciler/model/ports.ts';
import { parsePrefix, type Family, type Prefix } from '../../reconciler/model/prefix.ts';
import { hasPorts, type Protocol } from '../../reconciler/model/protocol.ts';
import { makeRule, ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';

/** Reads a prefix that a test wrote down. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text, 'refuse');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** A prefix, `sg-…` or `pl-…`. */
export function peer(text: string): Peer {
  if (text.startsWith('sg-')) return { kind: 'group', id: text, ownerId: null };
  if (text.startsWith('pl-')) return { kind: 'prefixList', id: text };
  return prefix(text);
}

const range = (first: number, last: number): Ports => ({ kind: 'range', first, last });

/** `443`, `8000-8100`, `all` or `prl-…`. */
export function ports(text: string): Ports {
  if (text.startsWith('prl-')) return { kind: 'list', id: text };
  if (text === 'all') return range(1, 65535);
  const [first = '', last = first] = text.split('-');
  return range(Number(first), Number(last));
}

/** A rule for a test: what the test does not say is open, priority 1, accept, ingress tcp. */
export function rule(fields: {
  direction?: Rule['direction'];
  protocol?: Protocol;
  ports?: string;
  sourcePorts?: PortRange | null;
  peer?: string;
  own?: string | null;
  action?: Rule['action'];
  priority?: number;
  nicType?: Rule['nicType'];
  description?: string | null;
}): Rule {
  const protocol = fields.protocol ?? 'tcp';
  return checked({
    direction: fields.direction ?? 'ingress',
    protocol,
    ports: hasPorts(protocol) ? ports(fields.ports ?? 'all') : NO_PORTS,
    sourcePorts: fields.sourcePorts ?? null,
    peer: peer(fields.peer ?? '0.0.0.0/0'),
    own: typeof fields.own === 'string' ? prefix(fields.own) : null,
    action: fields.action ?? 'accept',
    priority: fields.priority ?? 1,
    nicType: fields.nicType ?? 'intranet',
    description: fields.description ?? null,
  });
}

function checked(fields: Rule): Rule {
  const made = makeRule(fields, 'described');
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

/** The group whose rules the tests judge; rules may name it as a peer. */
export const SELF = 'sg-self';

/** What the random rules are made of. A narrower world makes more collisions and smaller brute force. */
export interface World {
  readonly protocols: readonly Protocol[];
  readonly ports: readonly string[];
  readonly sourcePorts: ReadonlyArray<PortRange | null>;
  readonly peers: readonly string[];
  readonly owns: ReadonlyArray<string | null>;
  readonly priorities: readonly number[];
  readonly directions: ReadonlyArray<Rule['direction']>;
  readonly nicTypes: ReadonlyArray<Rule['nicType']>;
}

/** Every kind of field; entries that stand more than once are drawn more often. */
export const WIDE_WORLD: World = {
  protocols: ['tcp', 'tcp', 'tcp', 'udp', 'all', 'all', 'icmp', 'icmpv6', 'gre', '50'],
  ports: ['all', 'all', '22', '80', '443', '20-25', '1-1024', '80-443', '444-65535', 'prl-a', 'prl-b'],
  sourcePorts: [null, null, null, null, { first: 1024, last: 65535 }, { first: 53, last: 1024 }],
  peers: [
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.0.0.0/9',
    '10.128.0.0/9',
    '10.0.0.0/16',
    '10.0.1.7/32',
    '128.0.0.0/1',
    '::/0',
    '2001:db8::/32',
    '2001:db8:1::/48',
    'sg-a',
    'sg-b',
    SELF,
    'pl-a',
    'pl-b',
    'pl-c',
  ],
  owns: [null, null, null, null, null, '10.1.0.0/16', '10.1.2.0/24', '2001:db8:2::/48'],
  priorities: [1, 1, 2, 3, 50, 100],
  directions: ['ingress', 'ingress', 'ingress', 'egress'],
  nicTypes: ['intranet', 'intranet', 'intranet', 'intranet', 'internet'],
};

/** What policies may say: the vendor takes no rule whose peer is the group itself. */
export const POLICY_WORLD: World = { ...WIDE_WORLD, peers: WIDE_WORLD.peers.filter((peer) => peer !== SELF) };

/** Few values a field, so that unions of rules cover others and every packet class can be tried. */
export const NARROW_WORLD: World = {
  protocols: ['tcp', 'tcp', 'all'],
  ports: ['all', '1-99', '100-65535', '22'],
  sourcePorts: [null],
  peers: ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', 'sg-a', 'sg-b'],
  owns: [null],
  priorities: [1, 2, 3],
  directions: ['ingress'],
  nicTypes: ['intranet'],
};

export function arbitraryRule(world: World = WIDE_WORLD): fc.Arbitrary<Rule> {
  const draw = <T>(items: readonly T[]): fc.Arbitrary<T> =>
    fc.nat(items.length - 1).map((at) => items[at] as T);
  return fc
    .tuple(
      draw(world.protocols),
      draw(world.ports),
      draw(world.sourcePorts),
      draw(world.peers),
      draw(world.owns),
      draw(world.priorities),
      fc.boolean(),
      draw(world.directions),
      draw(world.nicTypes),
    )
    .map(([protocol, portsText, sourcePorts, peerText, own, priority, accept, direction, nicType]) =>
      legalRule({
        direction,
        protocol,
        ports: ports(portsText),
        sourcePorts,
        peer: peer(peerText),
        own: own === null ? null : prefix(own),
        action: accept ? 'accept' : 'drop',
        priority,
        nicType,
        description: null,
      }),
    );
}

/** Bends fields that do not go together into a rule that the vendor could hold. */
function legalRule(fields: Rule): Rule {
  const family = 'address' in fields.peer ? fields.peer.kind : null;
  const protocol = protocolOfFamily(fields.protocol, family);
  const ownFamily = family ?? (protocol === 'icmp' ? 'ipv4' : protocol === 'icmpv6' ? 'ipv6' : null);
  const mixed = fields.own !== null && ownFamily !== null && fields.own.kind !== ownFamily;
  const ported = hasPorts(protocol);
  return checked({
    ...fields,
    protocol,
    ports: !ported ? NO_PORTS : fields.ports.kind === 'none' ? ports('all') : fields.ports,
    sourcePorts: ported ? fields.sourcePorts : null,
    own: mixed ? null : fields.own,
    nicType: family === null ? 'intranet' : fields.nicType,
  });
}

function protocolOfFamily(protocol: Protocol, family: Family | null): Protocol {
  if (protocol === 'icmp' && family === 'ipv6') return 'icmpv6';
  return protocol === 'icmpv6' && family === 'ipv4' ? 'icmp' : protocol;
}

/** No two with the same identity, as in a real group. */
export function arbitraryRules(maxRules: number, world: World = WIDE_WORLD): fc.Arbitrary<Rule[]> {
  return fc.array(arbitraryRule(world), { maxLength: maxRules }).map(distinct);
}

export interface RuleSetPair {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

const ALTERABLE = ['ports', 'peer', 'action', 'priority', 'protocol'] as const;
type Fate = 'kept' | 'removed' | 'added' | (typeof ALTERABLE)[number];
const FATES: readonly Fate[] = ['kept', 'kept', 'kept', 'removed', 'added', ...ALTERABLE];

/** Two sets that share rules and differ by removed, added and altered ones, as an edit of a policy does. */
export function arbitraryEdit(maxRules: number, world: World = WIDE_WORLD): fc.Arbitrary<RuleSetPair> {
  const fate = fc.nat(FATES.length - 1).map((at) => FATES[at] ?? 'kept');
  return fc
    .array(fc.tuple(arbitraryRule(world), fate, arbitraryRule(world)), { maxLength: maxRules })
    .map((items) => ({
      before: distinct(items.flatMap(([item, its]) => (its === 'added' ? [] : [item]))),
      after: distinct(items.flatMap(([item, its, other]) => afterEdit(item, its, other))),
    }));
}

function afterEdit(item: Rule, fate: Fate, other: Rule): Rule[] {
  if (fate === 'removed') return [];
  return [fate === 'kept' || fate === 'added' ? item : legalRule({ ...item, [fate]: other[fate] })];
}

/** The first of each identity. */
export function distinct(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.toReversed().map((item) => [ruleIdentity(item), item])).values()].toReversed();
}

/** Both group types, both settings of inner access, lists resolved or left as symbols. */
export function arbitraryContext(): fc.Arbitrary<GroupContext> {
  const prefixList = fc.constantFrom<KnownPrefixList | null>(
    null,
    { family: 'ipv4', entries: null },
    { family: 'ipv6', entries: null },
    { family: 'ipv4', entries: [prefix('10.0.0.0/9'), prefix('10.0.1.0/24'), prefix('192.168.0.0/16')] },
    { family: 'ipv6', entries: [prefix('2001:db8:1::/48')] },
    { family: 'ipv4', entries: [] },
  );
  const portList = fc.constantFrom<readonly PortRange[] | null>(
    null,
    [
      { first: 22, last: 80 },
      { first: 443, last: 443 },
    ],
    [],
  );
  return fc
    .record({
      id: fc.constant(SELF),
      type: fc.constantFrom('normal' as const, 'normal' as const, 'enterprise' as const),
      innerAccess: fc.constantFrom('accept' as const, 'drop' as const),
      classic: fc.constant(true),
      prefixLists: fc.tuple(prefixList, prefixList),
      portLists: portList,
    })
    .map((fields) => ({
      ...fields,
      prefixLists: known({ 'pl-a': fields.prefixLists[0], 'pl-b': fields.prefixLists[1] }),
      portLists: known({ 'prl-a': fields.portLists }),
    }));
}

/** Those that are not null, by their ids. */
export const known = <T>(items: Readonly<Record<string, T | null>>): Map<string, T> =>
  new Map(Object.entries(items).flatMap(([key, item]) => (item === null ? [] : [[key, item] as const])));
