// Packets worth trying against given rules: on both sides of every end point that a rule has.
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
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
    this.#edges = {
      ipv4: edgesOf(rules, context, 'ipv4', 'both sides'),
      ipv6: edgesOf(rules, context, 'ipv6', 'both sides'),
    };
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
      const { protocols, ports, peers, sourcePorts, owns } = edgesOf(rules, context, family, 'one a class');
      for (const protocol of protocols)
        for (const port of ports)
          for (const peer of peers)
            for (const sourcePort of sourcePorts)
              for (const own of owns)
                for (const memberOf of memberships)
                  yield { direction, nicType, family, protocol, port, peer, sourcePort, own, memberOf };
    }
  }
}

/** `both sides`: the values on either side of each end point. `one a class`: the lowest of each run. */
type Density = 'both sides' | 'one a class';

function edgesOf(rules: readonly Rule[], context: GroupContext, family: Family, density: Density): Edges {
  const max = (1n << (family === 'ipv4' ? 32n : 128n)) - 1n;
  const prefixes = (found: readonly Prefix[]): bigint[] => {
    const spans = found.filter(({ kind }) => kind === family).map((item) => spanOf(item));
    return edges(spans, [0n, max], density);
  };
  const numbers = (found: readonly PortRange[], min: number, last: number): number[] => {
    const spans = found.map((range): Ends => [BigInt(range.first), BigInt(range.last)]);
    return edges(spans, [BigInt(min), BigInt(last)], density).map(Number);
  };
  const protocols = rules.flatMap(({ protocol }) => {
    const number = NUMBERS[protocol] ?? Number(protocol);
    return protocol === 'all' ? [] : [{ first: number, last: number }];
  });
  return {
    protocols: numbers(protocols, 0, 255),
    ports: numbers(
      rules.flatMap((rule) => portRangesOf(rule, context)),
      1,
      65535,
    ),
    sourcePorts: numbers(
      rules.flatMap((rule) => rule.sourcePorts ?? []),
      1,
      65535,
    ),
    peers: prefixes(rules.flatMap((rule) => peerPrefixes(rule, context))),
    owns: prefixes(rules.flatMap((rule) => rule.own ?? [])),
  };
}

type Ends = readonly [first: bigint, last: bigint];

function spanOf({ kind, address, length }: Prefix): Ends {
  return [address, address + (1n << BigInt((kind === 'ipv4' ? 32 : 128) - length)) - 1n];
}

function edges(spans: readonly Ends[], [min, max]: Ends, density: Density): bigint[] {
  const values = spans.flatMap(([first, last]) =>
    density === 'one a class' ? [first, last + 1n] : [first - 1n, first, last, last + 1n],
  );
  const ends = density === 'one a class' ? [min] : [min, max];
  return sorted([...ends, ...values].filter((value) => value >= min && value <= max));
}

function sorted(values: readonly bigint[]): bigint[] {
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
