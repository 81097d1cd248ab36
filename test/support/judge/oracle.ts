// Counts exposed addresses by trying every packet of a small world, one by one, with the packet oracle. It shares types
// with the judge and nothing else.
import type { GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import type { PacketPattern } from '../../../reconciler/model/packets/pattern.ts';
import type { Family, Prefix } from '../../../reconciler/model/prefix.ts';
import type { Rule, RuleAction } from '../../../reconciler/model/rule.ts';
import { oracleDecide } from '../packet-oracle.ts';

/** The values that a packet can have, besides its family's addresses. */
export interface SmallWorld {
  /** IANA numbers of the protocols to try. */
  readonly protocols: readonly number[];
  readonly ports: readonly number[];
  readonly sourcePorts: readonly number[];
  readonly addresses: Readonly<Record<Family, readonly bigint[]>>;
  readonly owns: Readonly<Record<Family, readonly bigint[]>>;
}

/** At one protocol and port, from one kind of sender. */
export interface OracleCount {
  readonly family: Family;
  readonly possible: number;
  readonly certain: number;
  /** Addresses newly reached in the second rule set. */
  readonly maybeNew: boolean;
  readonly surelyNew: boolean;
  /** Addresses of which some packet is reached in the second rule set alone. */
  readonly maybeNewPackets: number;
  readonly surelyNewPackets: number;
}

export interface OracleQuestion {
  readonly pattern: PacketPattern;
  readonly looksFor: RuleAction;
  readonly context: GroupContext;
  readonly world: SmallWorld;
  readonly privateNetworks: readonly Prefix[];
  /** Whether members of any group count as senders of the addresses. */
  readonly anyGroup: boolean;
  /** A group that all senders of the addresses are in; absent: in none. */
  readonly inGroup?: string;
}

interface OracleSender {
  readonly addresses: readonly bigint[];
  readonly fixed: readonly string[];
  readonly isUnreadList: boolean;
  readonly anyGroup: boolean;
}

const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58 };

/** For each sender, card, family, protocol and port of the pattern, what is counted in the last of the rule sets. */
export function oracleCounts(
  ruleSets: ReadonlyArray<readonly Rule[]>,
  question: OracleQuestion,
): OracleCount[] {
  const { pattern, context, world } = question;
  const counts: OracleCount[] = [];
  const cards = context.classic ? (['intranet', 'internet'] as const) : (['intranet'] as const);
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const sender of sendersOf(question, family)) {
      for (const nicType of cards) {
        for (const protocol of world.protocols) {
          for (const port of protocol === 6 || protocol === 17 ? world.ports : [null]) {
            if (!isOfPattern(pattern, family, protocol, port)) continue;
            const base = { direction: pattern.direction, nicType, family, protocol, port };
            counts.push(countAt(ruleSets, question, sender, base));
          }
        }
      }
    }
  }
  return counts;
}

export function isOfPattern(
  pattern: PacketPattern,
  family: Family,
  protocol: number,
  port: number | null,
): boolean {
  return pattern.services.some((service) => {
    if (service.protocol === 'icmp' && family === 'ipv6') return false;
    if (service.protocol === 'icmpv6' && family === 'ipv4') return false;
    const number = NUMBERS[service.protocol];
    if (number !== undefined && number !== protocol) return false;
    return (
      service.ports === null || (port !== null && service.ports.first <= port && port <= service.ports.last)
    );
  });
}

export const within = (prefix: Prefix, family: Family, address: bigint): boolean => {
  const host = BigInt((family === 'ipv4' ? 32 : 128) - prefix.length);
  return prefix.kind === family && prefix.address >> host === address >> host;
};

function sendersOf(
  { pattern, context, world, privateNetworks, anyGroup, inGroup }: OracleQuestion,
  family: Family,
): OracleSender[] {
  const all = world.addresses[family];
  const inAny = (prefixes: readonly Prefix[]): bigint[] =>
    all.filter((address) => prefixes.some((prefix) => within(prefix, family, address)));
  const senders: OracleSender[] = [];
  const prefixes: Prefix[] = [];
  for (const peer of pattern.peers) {
    if ('address' in peer) prefixes.push(peer);
    else if (peer.kind === 'group') {
      senders.push({
        addresses: inAny(privateNetworks),
        fixed: [peer.id],
        isUnreadList: false,
        anyGroup: false,
      });
    } else {
      const list = context.prefixLists.get(peer.id);
      if (list?.entries) prefixes.push(...list.entries);
      else if (list === undefined || list.family === family)
        senders.push({ addresses: all, fixed: [peer.id], isUnreadList: true, anyGroup: false });
    }
  }
  const fixed = inGroup === undefined ? [] : [inGroup];
  senders.push({ addresses: inAny(prefixes), fixed, isUnreadList: false, anyGroup });
  return senders.filter(({ addresses }) => addresses.length > 0);
}

type Base = Pick<Packet, 'direction' | 'nicType' | 'family' | 'protocol' | 'port'>;

/** Of one address, or of one content of the lists. */
interface Reached {
  then: boolean;
  now: boolean;
  isNewPacket: boolean;
}

function countAt(
  ruleSets: RuleSets,
  question: OracleQuestion,
  sender: OracleSender,
  base: Base,
): OracleCount {
  const contents = contentsOf(ruleSets, question, sender);
  const found = sender.addresses.map((peer) =>
    contents.map((lists) =>
      reachedBy(ruleSets, question, packetsOf(ruleSets, question, sender, { ...base, peer, lists })),
    ),
  );
  const some = (is: (reached: Reached) => boolean): number =>
    found.filter((outcomes) => outcomes.some(is)).length;
  const every = (is: (reached: Reached) => boolean): number =>
    found.filter((outcomes) => outcomes.every(is)).length;
  const certain = every(({ now }) => now);
  return {
    family: base.family,
    possible: some(({ now }) => now),
    certain: sender.isUnreadList ? Number(certain === sender.addresses.length) : certain,
    maybeNew: some(({ then, now }) => now && !then) > 0,
    surelyNew: every(({ then, now }) => now && !then) > 0,
    maybeNewPackets: some(({ isNewPacket }) => isNewPacket),
    surelyNewPackets: sender.isUnreadList
      ? Number(every(({ isNewPacket }) => isNewPacket) === sender.addresses.length)
      : every(({ isNewPacket }) => isNewPacket),
  };
}

type RuleSets = ReadonlyArray<readonly Rule[]>;

/** Every way in which the unread lists that rules name may hold the packet. */
function contentsOf(ruleSets: RuleSets, { context }: OracleQuestion, { fixed }: OracleSender): string[][] {
  const ids = new Set<string>();
  for (const rule of ruleSets.flat()) {
    if (rule.ports.kind === 'list' && !context.portLists.has(rule.ports.id)) ids.add(rule.ports.id);
    if (rule.peer.kind === 'prefixList' && !context.prefixLists.get(rule.peer.id)?.entries)
      ids.add(rule.peer.id);
  }
  return subsets([...ids].filter((id) => !fixed.includes(id)));
}

function subsets(ids: readonly string[]): string[][] {
  return ids.reduce<string[][]>((sets, id) => [...sets, ...sets.map((set) => [...set, id])], [[]]);
}

function* packetsOf(
  ruleSets: RuleSets,
  { pattern, context, world }: OracleQuestion,
  { fixed, anyGroup }: OracleSender,
  { peer, lists, ...base }: Base & { readonly peer: bigint; readonly lists: readonly string[] },
): Generator<Packet> {
  const groups = ruleSets.flat().flatMap((rule) => (rule.peer.kind === 'group' ? [rule.peer.id] : []));
  const membersAreOpen = context.type === 'normal' && context.innerAccess === 'accept';
  const others = [...new Set(groups)].filter((id) => id !== context.id || !membersAreOpen);
  const isPorted = base.protocol === 6 || base.protocol === 17;
  const owns = world.owns[base.family].filter(
    (own) => pattern.own.length === 0 || pattern.own.some((prefix) => within(prefix, base.family, own)),
  );
  for (const memberOf of anyGroup ? subsets(others) : [[]]) {
    for (const sourcePort of isPorted
      ? world.sourcePorts.filter((port) => isSource(pattern, port))
      : [null]) {
      for (const own of owns)
        yield { ...base, peer, sourcePort, own, memberOf: [...fixed, ...lists, ...memberOf] };
    }
  }
}

export const isSource = ({ sourcePorts }: PacketPattern, port: number): boolean =>
  sourcePorts === null || (sourcePorts.first <= port && port <= sourcePorts.last);

function reachedBy(
  ruleSets: RuleSets,
  { looksFor, context }: OracleQuestion,
  packets: Iterable<Packet>,
): Reached {
  const result = { then: false, now: false, isNewPacket: false };
  const [first, second] = ruleSets;
  for (const packet of packets) {
    const reaches = (rules: readonly Rule[] = []): boolean =>
      oracleDecide(rules, packet, context) === looksFor;
    const then = second !== undefined && reaches(first);
    const now = reaches(second ?? first);
    result.then ||= then;
    result.now ||= now;
    result.isNewPacket ||= now && !then;
  }
  return result;
}
