// Packets that a change of one rule may decide again: inside its box, at the end points of all rules around.
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import type { PortRange } from '../../../reconciler/model/ports.ts';
import type { Family, Prefix } from '../../../reconciler/model/prefix.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Random } from '../../support/random.ts';

const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58 };

export class PacketsNear {
  readonly #rules: readonly Rule[];
  readonly #random: Random;
  readonly #ports: readonly number[];
  readonly #sourcePorts: readonly number[];
  readonly #protocols: readonly number[];
  readonly #symbols: readonly string[];
  readonly #self: string;

  /** `rules`: all that could decide; `self`: the group's own id. */
  constructor(rules: readonly Rule[], self: string, random: Random) {
    this.#rules = rules;
    this.#random = random;
    this.#self = self;
    this.#ports = portEdges(rules.map(({ ports }) => (ports.kind === 'range' ? ports : null)));
    this.#sourcePorts = portEdges(rules.map(({ sourcePorts }) => sourcePorts));
    this.#protocols = [
      ...new Set([6, 17, ...rules.map(({ protocol }) => NUMBERS[protocol] ?? (Number(protocol) || 99))]),
    ];
    this.#symbols = [...new Set(rules.flatMap(symbolsOf))];
  }

  in(focus: Rule): Packet {
    const random = this.#random;
    const family = this.#familyOf(focus);
    const named = symbolsOf(focus);
    return {
      direction: focus.direction,
      nicType: focus.nicType,
      family,
      protocol: NUMBERS[focus.protocol] ?? (Number(focus.protocol) || random.pick(this.#protocols)),
      port: pickWithin(this.#ports, focus.ports.kind === 'range' ? focus.ports : null, random),
      sourcePort: pickWithin(this.#sourcePorts, focus.sourcePorts, random),
      peer: this.#address(family, 'id' in focus.peer ? null : focus.peer, ({ peer }) => peer),
      own: this.#address(family, focus.own, ({ own }) => own),
      memberOf: [
        ...this.#symbols.filter((each) => named.includes(each) || random.chance(0.25)),
        ...(random.chance(0.05) ? [this.#self] : []),
      ],
    };
  }

  #familyOf({ peer, own, protocol }: Rule): Family {
    if (peer.kind === 'ipv4' || peer.kind === 'ipv6') return peer.kind;
    if (own !== null) return own.kind;
    if (protocol === 'icmp') return 'ipv4';
    return protocol === 'icmpv6' || this.#random.chance(0.3) ? 'ipv6' : 'ipv4';
  }

  /** An end point of any rule's prefix, within `inside` if there is such a prefix. */
  #address(family: Family, inside: Prefix | null, of: (rule: Rule) => Rule['peer'] | null): bigint {
    const [low, high] =
      inside === null ? [0n, lastOf(family, 0n, 0)] : [inside.address, lastOfPrefix(inside)];
    const other = of(this.#random.pick(this.#rules));
    const edges = [low, high];
    if (other?.kind === family) {
      const first = other.address;
      const last = lastOfPrefix(other);
      edges.push(first - 1n, first, last, last + 1n);
    }
    return this.#random.pick(edges.filter((edge) => edge >= low && edge <= high));
  }
}

/** The groups and lists that it names: whether a packet is in one is a choice of its own. */
const symbolsOf = ({ peer, ports }: Rule): string[] => [
  ...('id' in peer ? [peer.id] : []),
  ...(ports.kind === 'list' ? [ports.id] : []),
];

const lastOf = (family: Family, address: bigint, length: number): bigint =>
  address + (1n << BigInt((family === 'ipv4' ? 32 : 128) - length)) - 1n;

const lastOfPrefix = ({ kind, address, length }: Prefix): bigint => lastOf(kind, address, length);

function portEdges(ranges: ReadonlyArray<PortRange | null>): number[] {
  const edges = ranges.flatMap((range) =>
    range === null ? [] : [range.first - 1, range.first, range.last, range.last + 1],
  );
  return [...new Set([1, 65535, ...edges])].filter((port) => port >= 1 && port <= 65535);
}

function pickWithin(edges: readonly number[], range: PortRange | null, random: Random): number {
  const inside = range === null ? edges : edges.filter((port) => port >= range.first && port <= range.last);
  return random.pick(inside.length === 0 ? [range?.first ?? 1] : inside);
}
