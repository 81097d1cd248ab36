// What a rule matches, field by field, among the packets of one family. Mostly one box; a rule that
// names a list with known content is several.
import type { Family, Prefix } from '../../model/prefix.ts';
import { addressBits, lastAddress } from '../../model/prefix.ts';
import { MAX_PORT, type PortRange } from '../../model/ports.ts';
import { protocolNumber } from '../../model/protocol.ts';
import type { Rule } from '../../model/rule.ts';
import type { Span } from './axis.ts';
import { membersAreOpen, type GroupContext } from './context.ts';

/**
 * The fields that are axes, in the order in which the diagram mostly asks for them (`fieldOrder`). Protocol and port come
 * first because most rules differ there, which keeps the lists behind them short.
 */
export const FIELDS = ['protocol', 'port', 'peer', 'sourcePort', 'own'] as const;

export type Field = (typeof FIELDS)[number];

/** A group or list whose content is not known: all there is to know is whether a packet is in it. */
export interface SetSymbol {
  readonly kind: 'group' | 'prefixList' | 'portList';
  readonly id: string;
}

export interface FieldBox {
  /** A field that is not here is open. */
  readonly spans: Readonly<Partial<Record<Field, Span>>>;
  /** What the packet's peer or port must be in. */
  readonly symbols: readonly SetSymbol[];
}

/** Every value that a field can have. */
export function domainOf(field: Field, family: Family): Span {
  switch (field) {
    case 'protocol':
      return { first: 0n, last: 255n };
    case 'port':
    case 'sourcePort':
      return { first: 1n, last: BigInt(MAX_PORT) };
    case 'peer':
    case 'own':
      return { first: 0n, last: (1n << BigInt(addressBits(family))) - 1n };
  }
}

/**
 * The boxes of a rule; none if it matches no packet that rules decide. Packets between members of a
 * group that lets them pass never get to the rules, so a rule from the group itself has none.
 */
export function ruleBoxes(rule: Rule, family: Family, context: GroupContext): FieldBox[] {
  if (!mayMatchFamily(rule, family)) return [];
  const peers = peerBoxes(rule, family, context);
  if (peers.length === 0) return [];
  const number = protocolNumber(rule.protocol);
  const fixed: FieldBox['spans'] = {
    ...(number === null ? {} : { protocol: { first: BigInt(number), last: BigInt(number) } }),
    ...(rule.sourcePorts === null ? {} : { sourcePort: portSpan(rule.sourcePorts) }),
    ...(rule.own === null ? {} : { own: prefixSpan(rule.own) }),
  };
  return portBoxes(rule, context).flatMap((ports) =>
    peers.map((peer) => ({
      spans: { ...fixed, ...ports.spans, ...peer.spans },
      symbols: [...ports.symbols, ...peer.symbols],
    })),
  );
}

/** ICMP is a protocol of IPv4 and ICMPv6 one of IPv6, also where the peer has no family of its own. */
function mayMatchFamily(rule: Rule, family: Family): boolean {
  if (rule.protocol === 'icmp' && family === 'ipv6') return false;
  if (rule.protocol === 'icmpv6' && family === 'ipv4') return false;
  return rule.own === null || rule.own.kind === family;
}

function portBoxes(rule: Rule, context: GroupContext): FieldBox[] {
  switch (rule.ports.kind) {
    case 'none':
      return [{ spans: {}, symbols: [] }];
    case 'range':
      return [{ spans: { port: portSpan(rule.ports) }, symbols: [] }];
    case 'list': {
      const ranges = context.portLists.get(rule.ports.id);
      if (ranges === undefined) return [{ spans: {}, symbols: [{ kind: 'portList', id: rule.ports.id }] }];
      return ranges.map((range) => ({ spans: { port: portSpan(range) }, symbols: [] }));
    }
  }
}

function peerBoxes(rule: Rule, family: Family, context: GroupContext): FieldBox[] {
  const { peer } = rule;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return peer.kind === family ? [{ spans: { peer: prefixSpan(peer) }, symbols: [] }] : [];
    case 'group':
      return peer.id === context.id && membersAreOpen(context) ? [] : [{ spans: {}, symbols: [peer] }];
    case 'prefixList': {
      const list = context.prefixLists.get(peer.id);
      if (list !== undefined && list.family !== family) return [];
      if (list === undefined || list.entries === null) return [{ spans: {}, symbols: [peer] }];
      return prefixBoxes(list.entries, family);
    }
  }
}

function prefixBoxes(prefixes: readonly Prefix[], family: Family): FieldBox[] {
  return prefixes
    .filter((prefix) => prefix.kind === family)
    .map((prefix) => ({ spans: { peer: prefixSpan(prefix) }, symbols: [] }));
}

const prefixSpan = (prefix: Prefix): Span => ({ first: prefix.address, last: lastAddress(prefix) });

const portSpan = (range: PortRange): Span => ({ first: BigInt(range.first), last: BigInt(range.last) });
