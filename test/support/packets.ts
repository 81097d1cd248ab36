// Packets worth trying against given rules: on both sides of every end point that a rule has.
import type { GroupContext } from '../../reconciler/exposure/context.ts';
import type { Packet } from '../../reconciler/exposure/packet.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { Family, Prefix } from '../../reconciler/model/prefix.ts';
import type { NicType, Rule } from '../../reconciler/model/rule.ts';
import type { Random } from './random.ts';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58 };

/** Where the decision may change along each field, for packets of one family. */
interface Edges {
  readonly protocols: readonly number[];
  readonly ports: readonly number[];
  readonly sourcePorts: readonly number[];
  readonly peers: readonly bigint[];
  readonly owns: readonly bigint[];
}

/** Draws packets near the end points of the rules. */
export class PacketSource {
  readonly #rules: readonly Rule[];
  readonly #random: Random;
  readonly #edges: Readonly<Record<Family, Edges>>;
  readonly #symbols: readonly string[];

  constructor(rules: readonly Rule[], context: GroupContext, random: Random) {
    this.#rules = rules;
    this.#random = random;
    this.#edges = { ipv4: edgesOf(rules, context, 'ipv4'), ipv6: edgesOf(rules, context, 'ipv6') };
    this.#symbols = symbolsOf(rules, context);
  }

  next(): Packet {
    const random = this.#random;
    const like = this.#rules.length > 0 ? random.pick(this.#rules) : null;
    const family = familyOf(like) ?? random.pick(FAMILIES);
    const edges = this.#edges[family];
    // Half of the protocols are the ones with ports: most rules, and most of what can go wrong, are there.
    return {
      direction: like?.direction ?? random.pick(['ingress', 'egress']),
      nicType: like?.nicType ?? random.pick<NicType>(['intranet', 'internet']),
      family,
      protocol: random.chance(0.5) ? random.pick([6, 17]) : random.pick(edges.protocols),
      port: random.pick(edges.ports),
      sourcePort: random.pick(edges.sourcePorts),
      peer: random.pick(edges.peers),
      own: random.pick(edges.owns),
      memberOf: this.#symbols.filter(() => random.chance(0.3)),
    };
  }
}

/** One packet of every class that the rules can tell apart. Only for small worlds: it is a product. */
export function* everyPacketClass(rules: readonly Rule[], context: GroupContext): Generator<Packet> {
  const universes = new Set(rules.map((rule) => `${rule.direction}|${rule.nicType}`));
  const memberships = subsets(symbolsOf(rules, context));
  for (const universe of universes) {
    const [direction, nicType] = universe.split('|') as [Rule['direction'], NicType];
    for (const family of FAMILIES) {
      const edges = edgesOf(rules, context, family);
      for (const protocol of edges.protocols)
        for (const port of edges.ports)
          for (const peer of edges.peers)
            for (const sourcePort of edges.sourcePorts)
              for (const own of edges.owns)
                for (const memberOf of memberships)
                  yield { direction, nicType, family, protocol, port, peer, sourcePort, own, memberOf };
    }
  }
}

function edgesOf(rules: readonly Rule[], context: GroupContext, family: Family): Edges {
  const bits = family === 'ipv4' ? 32 : 128;
  const peers = rules.flatMap((rule) => peerPrefixes(rule, context)).filter((item) => item.kind === family);
  const owns = rules.flatMap((rule) => (rule.own?.kind === family ? [rule.own] : []));
  const portRanges = rules.flatMap((rule) => portRangesOf(rule, context));
  const sourceRanges = rules.flatMap((rule) => (rule.sourcePorts === null ? [] : [rule.sourcePorts]));
  return {
    protocols: aroundNumbers(
      rules.flatMap((rule) =>
        rule.protocol === 'all' ? [] : [single(NUMBERS[rule.protocol] ?? Number(rule.protocol))],
      ),
      0,
      255,
    ),
    ports: aroundNumbers(portRanges, 1, 65535),
    sourcePorts: aroundNumbers(sourceRanges, 1, 65535),
    peers: aroundPrefixes(peers, bits),
    owns: aroundPrefixes(owns, bits),
  };
}

const single = (value: number): PortRange => ({ first: value, last: value });

function aroundNumbers(ranges: readonly PortRange[], min: number, max: number): number[] {
  const values = ranges.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
  return sorted([min, max, ...values].filter((value) => value >= min && value <= max));
}

function aroundPrefixes(prefixes: readonly Prefix[], bits: number): bigint[] {
  const max = (1n << BigInt(bits)) - 1n;
  const values = prefixes.flatMap(({ address, length }) => {
    const last = address + (1n << BigInt(bits - length)) - 1n;
    return [address - 1n, address, last, last + 1n];
  });
  return sorted([0n, max, ...values].filter((value) => value >= 0n && value <= max));
}

function sorted<T extends number | bigint>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function peerPrefixes(rule: Rule, context: GroupContext): readonly Prefix[] {
  if (rule.peer.kind === 'ipv4' || rule.peer.kind === 'ipv6') return [rule.peer];
  return rule.peer.kind === 'prefixList' ? (context.prefixLists.get(rule.peer.id)?.entries ?? []) : [];
}

function portRangesOf(rule: Rule, context: GroupContext): readonly PortRange[] {
  if (rule.ports.kind === 'range') return [rule.ports];
  return rule.ports.kind === 'list' ? (context.portLists.get(rule.ports.id) ?? []) : [];
}

/** Everything that a packet may or may not be a member of, resolved lists and the group itself included. */
function symbolsOf(rules: readonly Rule[], context: GroupContext): string[] {
  const ids = rules.flatMap((rule) => [
    ...('id' in rule.peer ? [rule.peer.id] : []),
    ...(rule.ports.kind === 'list' ? [rule.ports.id] : []),
  ]);
  return [...new Set([context.id, ...ids])].sort();
}

function familyOf(rule: Rule | null): Family | null {
  if (rule === null) return null;
  return rule.peer.kind === 'ipv4' || rule.peer.kind === 'ipv6' ? rule.peer.kind : (rule.own?.kind ?? null);
}

function subsets(items: readonly string[]): string[][] {
  return items.reduce<string[][]>((all, item) => all.flatMap((subset) => [subset, [...subset, item]]), [[]]);
}
