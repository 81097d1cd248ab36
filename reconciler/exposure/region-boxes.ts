// From regions to boxes: sets of ranges become one box for each combination, and intervals of
// addresses become prefixes.
import { addressBits, formatPrefix, type Family, type Prefix } from '../model/prefix.ts';
import { ALL_PORTS, formatPortRange, NO_PORTS_TEXT } from '../model/ports.ts';
import { hasPorts, parseDescribedProtocol } from '../model/protocol.ts';
import { itemAt } from './at.ts';
import type { Span } from './axis.ts';
import type { Box } from './box.ts';
import { membership, type Region } from './region.ts';
import { domainOf, FIELDS, type Field, type SetSymbol } from './rule-boxes.ts';
import type { Universe } from './universe.ts';

/** A box of one family, and what it takes to sort it and to join it with the other family's. */
export interface Draft {
  readonly box: Box;
  /** What can stand for the peer, because the box asks for membership but for no address. */
  readonly symbol: SetSymbol | null;
  /** First values of protocol, port, source port, peer and own side. */
  readonly place: readonly bigint[];
}

/** Disjoint boxes that together are the region. */
export function* draftBoxes(universe: Universe, region: Region): Generator<Draft> {
  const common = commonFields(universe, region);
  const symbol = symbolForPeer(universe, region);
  const peers = addressPieces(universe, region, 'peer');
  const owns = addressPieces(universe, region, 'own');
  for (const protocol of protocolPieces(universe, region)) {
    for (const port of protocol.ported ? portPieces(universe, region, 'port') : [NO_PORT]) {
      for (const sourcePort of protocol.ported ? portPieces(universe, region, 'sourcePort') : [OPEN]) {
        for (const peer of peers) {
          for (const own of owns) {
            const box: Box = {
              ...common,
              protocol: protocol.text,
              ports: port.text ?? formatPortRange(ALL_PORTS),
              ...(sourcePort.text === null ? {} : { sourcePorts: sourcePort.text }),
              peer: peer.text ?? formatPrefix({ kind: universe.family, address: 0n, length: 0 }),
              ...(own.text === null ? {} : { own: own.text }),
            };
            yield { box, symbol, place: [protocol, port, sourcePort, peer, own].map(({ first }) => first) };
          }
        }
      }
    }
  }
}

/** What all boxes of a region say alike. */
function commonFields(
  universe: Universe,
  region: Region,
): Pick<Box, 'direction' | 'family' | 'nicType' | 'memberOf' | 'notMemberOf'> {
  const { memberOf, notMemberOf } = membership(universe, region);
  return {
    direction: universe.direction,
    family: universe.family,
    ...(universe.nicType === 'intranet' ? {} : { nicType: universe.nicType }),
    ...(memberOf.length === 0 ? {} : { memberOf: memberOf.map(({ id }) => id) }),
    ...(notMemberOf.length === 0 ? {} : { notMemberOf: notMemberOf.map(({ id }) => id) }),
  };
}

function symbolForPeer(universe: Universe, region: Region): SetSymbol | null {
  if (!isOpen(universe, region, 'peer')) return null;
  return membership(universe, region).memberOf.find(({ kind }) => kind !== 'portList') ?? null;
}

/** One value of one field of a box; null text if the field is open. */
interface Piece {
  readonly text: string | null;
  readonly first: bigint;
}

const OPEN: Piece = { text: null, first: 0n };
const NO_PORT: Piece = { text: NO_PORTS_TEXT, first: 0n };

function spansOf(universe: Universe, region: Region, field: Field): Span[] {
  const dimension = FIELDS.indexOf(field);
  return itemAt(region, dimension).map((atoms) => itemAt(universe.axes, dimension).spanOf(atoms));
}

function isOpen(universe: Universe, region: Region, field: Field): boolean {
  const [span] = spansOf(universe, region, field);
  const domain = domainOf(field, universe.family);
  return span?.first === domain.first && span.last === domain.last;
}

interface ProtocolPiece {
  readonly text: string;
  readonly first: bigint;
  readonly ported: boolean;
}

/** TCP and UDP never hide in a range of numbers: they are the ones with ports. */
function protocolPieces(universe: Universe, region: Region): ProtocolPiece[] {
  if ((['protocol', 'port', 'sourcePort'] as const).every((field) => isOpen(universe, region, field))) {
    return [{ text: 'all', first: 0n, ported: false }];
  }
  return spansOf(universe, region, 'protocol').flatMap(({ first, last }) => {
    const cuts = [first, 6n, 7n, 17n, 18n].filter((cut) => cut >= first && cut <= last);
    const starts = [...new Set(cuts)];
    return starts.map((start, index) => protocolPiece(start, (starts[index + 1] ?? last + 1n) - 1n));
  });
}

function protocolPiece(first: bigint, last: bigint): ProtocolPiece {
  if (first !== last) return { text: `${String(first)}-${String(last)}`, first, ported: false };
  const protocol = parseDescribedProtocol(String(first));
  if (protocol === null) throw new Error(`no protocol ${String(first)}`);
  return { text: protocol, first, ported: hasPorts(protocol) };
}

function portPieces(universe: Universe, region: Region, field: 'port' | 'sourcePort'): Piece[] {
  if (isOpen(universe, region, field)) return [OPEN];
  return spansOf(universe, region, field).map(({ first, last }) => ({
    text: formatPortRange({ first: Number(first), last: Number(last) }),
    first,
  }));
}

function addressPieces(universe: Universe, region: Region, field: 'peer' | 'own'): Piece[] {
  if (isOpen(universe, region, field)) return [OPEN];
  return spansOf(universe, region, field)
    .flatMap((span) => spanPrefixes(span, universe.family))
    .map((prefix) => ({ text: formatPrefix(prefix), first: prefix.address }));
}

/** The fewest prefixes that together are the span. */
export function spanPrefixes(span: Span, family: Family): Prefix[] {
  const prefixes: Prefix[] = [];
  for (let address = span.first; address <= span.last;) {
    let length = addressBits(family);
    let size = 1n;
    while (length > 0 && address % (size * 2n) === 0n && address + size * 2n - 1n <= span.last) {
      length -= 1;
      size *= 2n;
    }
    prefixes.push({ kind: family, address, length });
    address += size;
  }
  return prefixes;
}
