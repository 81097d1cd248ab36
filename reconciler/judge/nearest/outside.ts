// A rule without the packets of a pattern: what is kept of it where it is narrowed.
import type { Span } from '../../exposure/engine/axis.ts';
import { domainOf } from '../../exposure/engine/rule-boxes.ts';
import { FAMILIES } from '../../exposure/engine/universe.ts';
import type { PacketPattern } from '../../model/packets/pattern.ts';
import type { Peer } from '../../model/peer.ts';
import { ALL_PORTS, canonicalSourcePorts, NO_PORTS, type PortRange, type Ports } from '../../model/ports.ts';
import { lastAddress, type Family, type Prefix } from '../../model/prefix.ts';
import {
  hasPorts,
  parsePolicyProtocol,
  POLICY_PROTOCOLS,
  protocolNumber,
  type Protocol,
} from '../../model/protocol.ts';
import type { Rule } from '../../model/rule.ts';
import { portSpanOf } from '../count/bound.ts';
import { addressSpans, commonSpans, prefixesOf, spansWithout, unionOf } from '../count/measure.ts';
import type { Sender, SenderContext } from '../count/senders.ts';

/** Some protocols of the rule cannot be told from the others: only a drop beside it narrows it. */
export function isSplittable({ protocol }: Rule, { services }: PacketPattern): boolean {
  return protocol !== 'all' || services.some((service) => service.protocol === 'all');
}

/** Whether a policy can name all protocols of the pattern. Some stand for what only a rule for every protocol lets through. */
export const isWritable = ({ services }: PacketPattern): boolean =>
  services.every(({ protocol }) => parsePolicyProtocol(protocol) !== null);

/** A rule for every protocol as rules for those that a policy can name. */
export const namedProtocols = (rule: Rule): Rule[] =>
  POLICY_PROTOCOLS.filter((protocol) => protocol !== 'all' && mayHavePeer(protocol, rule.peer)).map(
    (protocol) => ({
      ...rule,
      protocol,
      ports: hasPorts(protocol) ? { kind: 'range', ...ALL_PORTS } : NO_PORTS,
    }),
  );

/** ICMP is of IPv4, ICMPv6 of IPv6. */
export const mayHavePeer = (protocol: Protocol, { kind }: Peer): boolean =>
  !(protocol === 'icmp' && kind === 'ipv6') && !(protocol === 'icmpv6' && kind === 'ipv4');

/** Rules that together match what the rule matches outside of the pattern. The rule is splittable. */
export function outsideOf(
  rule: Rule,
  pattern: PacketPattern,
  senders: readonly Sender[],
  context: SenderContext,
): Rule[] {
  const ports = splitPorts(rule, pattern, context);
  const outside = ports.outside.map((kept) => ({ ...rule, ports: kept }));
  return [
    ...outside,
    ...ports.inside.flatMap((met) => outsideAtPorts({ ...rule, ports: met }, pattern, senders, context)),
  ];
}

interface Split<T> {
  readonly inside: readonly T[];
  readonly outside: readonly T[];
}

function splitPorts(
  { protocol, ports }: Rule,
  pattern: PacketPattern,
  { group }: SenderContext,
): Split<Ports> {
  const denied = deniedPorts(protocol, pattern);
  if (denied === null || ports.kind === 'none') return { inside: [ports], outside: [] };
  const ranges = ports.kind === 'range' ? [ports] : group.portLists.get(ports.id);
  // What an unread list holds cannot be written out without the pattern's ports.
  if (ranges === undefined) return { inside: [ports], outside: [] };
  const spans = unionOf(ranges.map(portSpanOf));
  return {
    inside: commonSpans(spans, denied).map(portsOfSpan),
    outside: spansWithout(spans, denied).map(portsOfSpan),
  };
}

/** The ports of a protocol that the pattern is about; null: all. */
function deniedPorts(protocol: Rule['protocol'], { services }: PacketPattern): Span[] | null {
  const met = services.filter(
    (service) => service.protocol === 'all' || protocolNumber(service.protocol) === protocolNumber(protocol),
  );
  if (met.some(({ ports }) => ports === null)) return null;
  return unionOf(met.flatMap(({ ports }) => (ports === null ? [] : [portSpanOf(ports)])));
}

function outsideAtPorts(
  rule: Rule,
  pattern: PacketPattern,
  senders: readonly Sender[],
  { group }: SenderContext,
): Rule[] {
  const { peer } = rule;
  if (peer.kind === 'group') return [];
  if (peer.kind === 'prefixList') {
    const entries = group.prefixLists.get(peer.id)?.entries ?? null;
    return entries === null
      ? []
      : FAMILIES.flatMap((family) => ofFamily(rule, pattern, senders, { family, peers: entries }));
  }
  return ofFamily(rule, pattern, senders, { family: peer.kind, peers: [peer] });
}

function ofFamily(
  rule: Rule,
  pattern: PacketPattern,
  senders: readonly Sender[],
  { family, peers }: { readonly family: Family; readonly peers: readonly Prefix[] },
): Rule[] {
  const denied = unionOf(senders.flatMap(({ memberOf, spans }) => (memberOf === null ? spans[family] : [])));
  const spans = addressSpans(peers, family);
  const met = prefixesOf(commonSpans(spans, denied), family);
  const kept = prefixesOf(spansWithout(spans, denied), family);
  return [
    ...kept.map((prefix): Rule => ({ ...rule, peer: prefix })),
    ...outsideFields(rule, pattern, family).flatMap((fields) =>
      met.map((prefix) => ({ ...rule, ...fields, peer: prefix })),
    ),
  ];
}

/** Source ports and own sides of the rule that the pattern is not about. */
function outsideFields(
  rule: Rule,
  pattern: PacketPattern,
  family: Family,
): Array<Pick<Rule, 'sourcePorts' | 'own'>> {
  const any = domainOf('sourcePort', family);
  const sources = rule.sourcePorts === null ? any : portSpanOf(rule.sourcePorts);
  const deniedSources = pattern.sourcePorts === null ? any : portSpanOf(pattern.sourcePorts);
  const owns =
    rule.own === null ? domainOf('own', family) : { first: rule.own.address, last: lastAddress(rule.own) };
  const deniedOwns = pattern.own.length === 0 ? [domainOf('own', family)] : addressSpans(pattern.own, family);
  return [
    ...spansWithout([sources], [deniedSources]).map((span) => ({
      sourcePorts: rangeOf(span),
      own: rule.own,
    })),
    ...prefixesOf(spansWithout([owns], deniedOwns), family).flatMap((own) =>
      commonSpans([sources], [deniedSources]).map((span) => ({
        sourcePorts: canonicalSourcePorts(rangeOf(span)),
        own,
      })),
    ),
  ];
}

const rangeOf = ({ first, last }: Span): PortRange => ({ first: Number(first), last: Number(last) });
const portsOfSpan = (span: Span): Ports => ({ kind: 'range', ...rangeOf(span) });

/** For drops: the peers that a pattern is about, its prefixes as wide as a person would write them. */
export function everyoneIn({ peers }: PacketPattern): Peer[] {
  const families = FAMILIES.filter((family) => peers.some((peer) => peer.kind === family));
  return [
    ...families.map((kind): Peer => ({ kind, address: 0n, length: 0 })),
    ...peers.filter((peer) => !('address' in peer)),
  ];
}
