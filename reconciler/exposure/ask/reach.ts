// Who reaches what: every peer of a list against every service, each as `decide` has it for the packets in between. A rule
// set cuts addresses and ports into stretches that fare alike, so one packet of each stretch answers for all of them.
import { itemAt } from '../engine/at.ts';
import type { GroupContext } from '../engine/context.ts';
import { isPorted } from '../text/example-packet.ts';
import { addressBits, lastAddress, prefixContains, type Family, type Prefix } from '../../model/prefix.ts';
import { ALL_PORTS, type PortRange, type Ports } from '../../model/ports.ts';
import { protocolNumber, type Protocol } from '../../model/protocol.ts';
import type { Direction, Rule, RuleAction } from '../../model/rule.ts';
import { decide } from './decide.ts';

/** Addresses, all of one family, or the members of a group or prefix list, whatever addresses they have. */
export type ReachPeer =
  | { readonly kind: 'addresses'; readonly prefixes: readonly Prefix[] }
  | { readonly kind: 'members'; readonly id: string; readonly family: Family };

export interface ReachService {
  readonly protocol: Protocol;
  readonly ports: Ports;
}

/** Of the packets of a peer and a service, how many are accepted. `unknown`: too much work to say. */
export type Reach = 'all' | 'part' | 'none' | 'unknown';

export interface ReachQuestion {
  readonly direction: Direction;
  readonly rules: readonly Rule[];
  readonly context: GroupContext;
  readonly peers: readonly ReachPeer[];
  readonly services: readonly ReachService[];
}

/** In comparisons of a rule with a packet: some tens of milliseconds. */
const DEFAULT_MAX_COMPARISONS = 60_000;

/**
 * A row for each peer, with a cell for each service. `all` and `none` hold for every source port and every address of the
 * group's own: what a rule narrows to some of them is a part. Which groups and lists hold an address is not known.
 */
export function reachOf(question: ReachQuestion, maxComparisons = DEFAULT_MAX_COMPARISONS): Reach[][] {
  const { direction, context, peers, services } = question;
  const rules = question.rules.filter((rule) => rule.direction === direction && rule.nicType === 'intranet');
  const ofServices = services.map((service) => packetsOf(service, rules, context));
  const matching = services.map((service) => rules.filter((rule) => mayMeet(rule, service)));
  let left = maxComparisons;
  return peers.map((peer) => {
    const senders = sampleSenders(peer, rules, context);
    return ofServices.map((packets, at) => {
      const candidates = itemAt(matching, at);
      left -= senders.length * packets.length * Math.max(1, candidates.length);
      if (left < 0) return 'unknown';
      const ask = (asked: readonly Rule[]): Reach =>
        reachOfPackets({ ...question, rules: asked }, senders, packets);
      if (!candidates.some(isNarrowed)) return ask(candidates);
      const [least, most] = [ask(widened(candidates, 'drop')), ask(widened(candidates, 'accept'))];
      return least === 'all' || most === 'none' ? least : 'part';
    });
  });
}

const isNarrowed = ({ own, sourcePorts }: Rule): boolean => own !== null || sourcePorts !== null;

/** Rules of the one action as if they did not narrow; those of the other match no packet that does not say more. */
const widened = (rules: readonly Rule[], action: RuleAction): Rule[] =>
  rules.map((rule) => (rule.action === action ? { ...rule, own: null, sourcePorts: null } : rule));

interface SampleSender {
  readonly family: Family;
  /** Null: not known. */
  readonly address: bigint | null;
  readonly memberOf: readonly string[];
}

interface ServicePacket {
  readonly protocol: number;
  readonly port: number | null;
  readonly memberOf: readonly string[];
}

function reachOfPackets(
  { direction, rules, context }: ReachQuestion,
  senders: readonly SampleSender[],
  packets: readonly ServicePacket[],
): Reach {
  const found = new Set<string>();
  for (const { family, address, memberOf } of senders) {
    for (const { protocol, port, memberOf: lists } of packets) {
      const packet = {
        ...{ direction, family, protocol, port, peer: address, nicType: 'intranet' as const },
        ...{ memberOf: [...memberOf, ...lists], sourcePort: null, own: null },
      };
      found.add(decide(rules, packet, context).action);
      if (found.size === 2) return 'part';
    }
  }
  return found.has('accept') ? 'all' : 'none';
}

/** One address of each stretch that no rule cuts; of stretches in the same peers of rules, one. */
function sampleSenders(peer: ReachPeer, rules: readonly Rule[], context: GroupContext): SampleSender[] {
  if (peer.kind === 'members') return [{ family: peer.family, address: null, memberOf: [peer.id] }];
  const named = rules.flatMap((rule) => addressesNamed(rule, context));
  const alike = new Map(
    peer.prefixes
      .flatMap((prefix) => cutsOf(prefix, named).map((address) => ({ family: prefix.kind, address })))
      .map((sender) => [peersAround(sender, named), { ...sender, memberOf: [] }]),
  );
  return [...alike.values()];
}

function cutsOf(prefix: Prefix, named: readonly Prefix[]): bigint[] {
  const first = prefix.address;
  const last = lastAddress(prefix);
  const cuts = named
    .filter(({ kind }) => kind === prefix.kind)
    .flatMap((other) => [other.address, lastAddress(other) + 1n])
    .filter((cut) => first < cut && cut <= last);
  return [...new Set([first, ...cuts])];
}

function peersAround(
  { family, address }: { family: Family; address: bigint },
  named: readonly Prefix[],
): string {
  const own = { kind: family, address, length: addressBits(family) };
  const around = named.flatMap((prefix, at) => (prefixContains(prefix, own) ? [at] : []));
  return `${family} ${around.join(' ')}`;
}

/** A protocol that no rule names stands for all the others. */
const NUMBERS: readonly number[] = Array.from({ length: 256 }, (_, number) => number);

function packetsOf(
  { protocol, ports }: ReachService,
  rules: readonly Rule[],
  context: GroupContext,
): ServicePacket[] {
  const ranges = rules.flatMap((rule) => portsNamed(rule, context));
  const number = protocolNumber(protocol);
  const named = new Set(rules.map((rule) => protocolNumber(rule.protocol)).filter((each) => each !== null));
  const other = NUMBERS.find((each) => !named.has(each) && !isPorted(each));
  const numbers = number === null ? [...named, ...(other === undefined ? [] : [other])] : [number];
  return numbers.flatMap((each) =>
    samplePorts(each, ports, ranges).map((packet) => ({ protocol: each, ...packet })),
  );
}

/** One port of each stretch that no rule cuts. */
function samplePorts(
  protocol: number,
  ports: Ports,
  ranges: readonly PortRange[],
): Array<Omit<ServicePacket, 'protocol'>> {
  if (ports.kind === 'list') return [{ port: null, memberOf: [ports.id] }];
  if (!isPorted(protocol)) return [{ port: null, memberOf: [] }];
  const { first, last } = ports.kind === 'range' ? ports : ALL_PORTS;
  const cuts = ranges
    .flatMap((range) => [range.first, range.last + 1])
    .filter((cut) => first < cut && cut <= last);
  return [...new Set([first, ...cuts])].map((port) => ({ port, memberOf: [] }));
}

/** Rules that cannot meet the service decide none of its packets. */
function mayMeet(rule: Rule, { protocol, ports }: ReachService): boolean {
  const [one, other] = [protocolNumber(rule.protocol), protocolNumber(protocol)];
  if (one !== null && other !== null && one !== other) return false;
  if (rule.ports.kind !== 'range' || ports.kind !== 'range') return true;
  return rule.ports.first <= ports.last && ports.first <= rule.ports.last;
}

function addressesNamed({ peer }: Rule, { prefixLists }: GroupContext): readonly Prefix[] {
  if ('address' in peer) return [peer];
  return peer.kind === 'prefixList' ? (prefixLists.get(peer.id)?.entries ?? []) : [];
}

function portsNamed({ ports }: Rule, { portLists }: GroupContext): readonly PortRange[] {
  if (ports.kind === 'range') return [ports];
  return ports.kind === 'list' ? (portLists.get(ports.id) ?? []) : [];
}
