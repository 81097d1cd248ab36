// Where a rule applies, as intervals that compare fast: the planner asks "may these two match one
// packet?" and "does this one match all that the other matches?" for every pair of changed rules.
// A security group, a prefix list and a port list are symbols: no one here knows their members, and one
// peer can be inside a prefix and a member of a group at once, so a symbol may meet anything.
import type { Peer } from '../model/peer.ts';
import { ALL_PORTS, type PortRange, type Ports } from '../model/ports.ts';
import { lastAddress, type Prefix } from '../model/prefix.ts';
import type { Protocol } from '../model/protocol.ts';
import { ruleRank, type Rule, type RuleAction } from '../model/rule.ts';

interface AddressRange {
  readonly kind: Prefix['kind'];
  readonly first: bigint;
  readonly last: bigint;
}

interface SymbolRef {
  readonly kind: 'symbol';
  readonly id: string;
}

/** The packets that one rule matches, with its precedence beside them. */
export interface Extent {
  readonly rank: number;
  readonly action: RuleAction;
  readonly direction: Rule['direction'];
  readonly nicType: Rule['nicType'];
  readonly protocol: Protocol;
  readonly ports: PortRange | SymbolRef;
  readonly sourcePorts: PortRange;
  readonly peer: AddressRange | SymbolRef;
  readonly own: AddressRange | null;
}

export function extentOf(rule: Rule): Extent {
  return {
    rank: ruleRank(rule),
    action: rule.action,
    direction: rule.direction,
    nicType: rule.nicType,
    protocol: rule.protocol,
    ports: portsOf(rule.ports),
    sourcePorts: rule.sourcePorts ?? ALL_PORTS,
    peer: peerOf(rule.peer),
    own: rule.own === null ? null : addressesOf(rule.own),
  };
}

/** Whether one packet may match both. Never wrongly false; true where only the members of a symbol could tell. */
export function overlaps(a: Extent, b: Extent): boolean {
  return (
    a.direction === b.direction &&
    a.nicType === b.nicType &&
    (a.protocol === b.protocol || a.protocol === 'all' || b.protocol === 'all') &&
    portsMeet(a.ports, b.ports) &&
    rangesMeet(a.sourcePorts, b.sourcePorts) &&
    peersMeet(a.peer, b.peer) &&
    (a.own === null || b.own === null || addressesMeet(a.own, b.own))
  );
}

/** Whether every packet that `inner` matches is matched by `outer`. Never wrongly true. */
export function covers(outer: Extent, inner: Extent): boolean {
  return (
    outer.direction === inner.direction &&
    outer.nicType === inner.nicType &&
    (outer.protocol === inner.protocol || outer.protocol === 'all') &&
    (outer.protocol === 'all' || portsCover(outer.ports, inner.ports)) &&
    rangeCovers(outer.sourcePorts, inner.sourcePorts) &&
    peerCovers(outer.peer, inner.peer) &&
    (outer.own === null || (inner.own !== null && addressesCover(outer.own, inner.own)))
  );
}

/** The one relation that orders calls: `first` decides otherwise than `later` and wins where both match. */
export function overrules(first: Extent, later: Extent): boolean {
  return first.rank < later.rank && first.action !== later.action && overlaps(first, later);
}

/** Beside `winner`, `loser` decides nothing: it could come or go unseen. */
export function dominates(winner: Extent, loser: Extent): boolean {
  return winner.rank <= loser.rank && covers(winner, loser);
}

function portsOf(ports: Ports): PortRange | SymbolRef {
  switch (ports.kind) {
    case 'none':
      return ALL_PORTS;
    case 'range':
      return ports;
    case 'list':
      return { kind: 'symbol', id: ports.id };
  }
}

function peerOf(peer: Peer): AddressRange | SymbolRef {
  return 'address' in peer ? addressesOf(peer) : { kind: 'symbol', id: peer.id };
}

function addressesOf(prefix: Prefix): AddressRange {
  return { kind: prefix.kind, first: prefix.address, last: lastAddress(prefix) };
}

function portsMeet(a: PortRange | SymbolRef, b: PortRange | SymbolRef): boolean {
  return 'id' in a || 'id' in b || rangesMeet(a, b);
}

function portsCover(outer: PortRange | SymbolRef, inner: PortRange | SymbolRef): boolean {
  if ('id' in outer) return 'id' in inner && outer.id === inner.id;
  return rangeCovers(outer, 'id' in inner ? ALL_PORTS : inner);
}

const rangesMeet = (a: PortRange, b: PortRange): boolean => a.first <= b.last && b.first <= a.last;

const rangeCovers = (outer: PortRange, inner: PortRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

function peersMeet(a: AddressRange | SymbolRef, b: AddressRange | SymbolRef): boolean {
  return a.kind === 'symbol' || b.kind === 'symbol' || addressesMeet(a, b);
}

function peerCovers(outer: AddressRange | SymbolRef, inner: AddressRange | SymbolRef): boolean {
  if (outer.kind === 'symbol') return inner.kind === 'symbol' && outer.id === inner.id;
  return inner.kind !== 'symbol' && addressesCover(outer, inner);
}

const addressesMeet = (a: AddressRange, b: AddressRange): boolean =>
  a.kind === b.kind && a.first <= b.last && b.first <= a.last;

const addressesCover = (outer: AddressRange, inner: AddressRange): boolean =>
  outer.kind === inner.kind && outer.first <= inner.first && inner.last <= outer.last;
