// From regions to boxes: sets of ranges become one box for each combination of a protocol, ports and
// prefixes.
import { formatPrefix, type Prefix } from '../model/prefix.ts';
import { formatPortRange, NO_PORTS_TEXT } from '../model/ports.ts';
import { hasPorts, parseDescribedProtocol } from '../model/protocol.ts';
import { itemAt } from './at.ts';
import type { Span } from './axis.ts';
import type { Box } from './box.ts';
import { compactRegions } from './compact.ts';
import type { Answer } from './explore.ts';
import type { Meter } from './meter.ts';
import { coverSpans, type CoverTerm } from './prefix-cover.ts';
import { membership, regionsOf, type Region } from './region.ts';
import { domainOf, FIELDS, type Field, type SetSymbol } from './rule-boxes.ts';
import type { Universe } from './universe.ts';

/** A box of one family, and what it takes to sort it and to join it with the other family's. */
export interface Draft {
  readonly box: Box;
  /** What can stand for the peer, because the box asks for membership and for no prefix. */
  readonly symbol: SetSymbol | null;
  /** First values of protocol, port, source port, peer and own side. */
  readonly place: readonly bigint[];
}

/** What a region or a box costs, in looks at a clause: its memory, and its line of output. */
const REGION_WORK = 500;

/** The regions of an answer as boxes, by terminal. Not to be believed if the meter is spent after it. */
export function draftAnswer(universe: Universe, answer: Answer, meter: Meter): Map<number, Draft[]> {
  const regions = new Map<number, Region[]>();
  for (const { terminal, region } of regionsOf(answer)) {
    meter.spend(REGION_WORK);
    if (meter.isSpent) break;
    const alike = regions.get(terminal);
    if (alike === undefined) regions.set(terminal, [region]);
    else alike.push(region);
  }
  const drafts = [...regions].map(([terminal, alike]) => {
    return [terminal, draftRegions(universe, compactRegions(alike), meter)] as const;
  });
  return new Map(drafts);
}

/** Disjoint boxes that together are the regions, if these are disjoint. Ends early if the meter is spent. */
export function draftRegions(universe: Universe, regions: Iterable<Region>, meter: Meter): Draft[] {
  const memo: CoverMemo = new Map();
  const drafts: Draft[] = [];
  for (const region of regions) {
    for (const draft of draftRegion(universe, region, memo)) {
      meter.spend(REGION_WORK);
      if (meter.isSpent) return drafts;
      drafts.push(draft);
    }
  }
  return drafts;
}

/** Covers by the ranges they cover: in one answer, many regions have the same addresses. */
type CoverMemo = Map<string, readonly CoverTerm[]>;

function* draftRegion(universe: Universe, region: Region, memo: CoverMemo): Generator<Draft> {
  const common = commonFields(universe, region);
  const symbol = membership(universe, region).memberOf.find(({ kind }) => kind !== 'portList') ?? null;
  const peers = coverOf(universe, region, 'peer', memo);
  const owns = coverOf(universe, region, 'own', memo);
  for (const { protocol, port, sourcePort, place } of servicesOf(universe, region)) {
    for (const peer of peers) {
      for (const own of owns) {
        yield {
          box: {
            ...common,
            protocol,
            ports: port === null ? NO_PORTS_TEXT : portText(port),
            ...(sourcePort === null ? {} : { sourcePorts: portText(sourcePort) }),
            peer: formatPrefix(peer.prefix),
            ...(peer.except.length === 0 ? {} : { exceptPeers: peer.except.map(formatPrefix) }),
            ...ownFields(own.prefix, own.except),
          },
          symbol: peer.prefix.length === 0 ? symbol : null,
          place: [...place, peer.prefix.address, own.prefix.address],
        };
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

function ownFields(prefix: Prefix, except: readonly Prefix[]): Pick<Box, 'own' | 'exceptOwn'> {
  if (except.length > 0) return { own: formatPrefix(prefix), exceptOwn: except.map(formatPrefix) };
  return prefix.length === 0 ? {} : { own: formatPrefix(prefix) };
}

function coverOf(
  universe: Universe,
  region: Region,
  field: 'peer' | 'own',
  memo: CoverMemo,
): readonly CoverTerm[] {
  const ranges = itemAt(region, FIELDS.indexOf(field));
  const key = `${field} ${ranges.map(({ lo, hi }) => `${lo}-${hi}`).join()}`;
  const known = memo.get(key) ?? coverSpans(spansOf(universe, region, field), universe.family);
  memo.set(key, known);
  return known;
}

function spansOf(universe: Universe, region: Region, field: Field): Span[] {
  const dimension = FIELDS.indexOf(field);
  return itemAt(region, dimension).map((atoms) => itemAt(universe.axes, dimension).spanOf(atoms));
}

function isOpen(universe: Universe, region: Region, field: Field): boolean {
  const [span] = spansOf(universe, region, field);
  const domain = domainOf(field, universe.family);
  return span?.first === domain.first && span.last === domain.last;
}

/** A protocol with ranges of its ports: null where it has none, and for source ports also if any will do. */
interface Service {
  readonly protocol: string;
  readonly port: Span | null;
  readonly sourcePort: Span | null;
  readonly place: readonly bigint[];
}

function servicesOf(universe: Universe, region: Region): Service[] {
  const isAnySource = isOpen(universe, region, 'sourcePort');
  if (isAnySource && isOpen(universe, region, 'port') && isOpen(universe, region, 'protocol')) {
    return [{ protocol: 'all', port: null, sourcePort: null, place: [0n, 0n, 0n] }];
  }
  const ports = spansOf(universe, region, 'port');
  const sourcePorts = isAnySource ? [null] : spansOf(universe, region, 'sourcePort');
  return protocolPieces(spansOf(universe, region, 'protocol')).flatMap(({ text, ported, first }) => {
    const pairs = ported
      ? ports.flatMap((port) => sourcePorts.map((sourcePort) => ({ port, sourcePort })))
      : [{ port: null, sourcePort: null }];
    return pairs.map(({ port, sourcePort }): Service => {
      return { protocol: text, port, sourcePort, place: [first, port?.first ?? 0n, sourcePort?.first ?? 0n] };
    });
  });
}

interface ProtocolPiece {
  readonly text: string;
  readonly ported: boolean;
  readonly first: bigint;
}

/** TCP and UDP never hide in a range of numbers: they are the ones with ports. */
function protocolPieces(spans: readonly Span[]): ProtocolPiece[] {
  return spans.flatMap(({ first, last }) => {
    const cuts = [first, 6n, 7n, 17n, 18n].filter((cut) => cut >= first && cut <= last);
    const starts = [...new Set(cuts)];
    return starts.map((start, index): ProtocolPiece => {
      const end = (starts[index + 1] ?? last + 1n) - 1n;
      if (start < end) return { text: `${String(start)}-${String(end)}`, ported: false, first: start };
      const protocol = parseDescribedProtocol(String(start));
      if (protocol === null) throw new RangeError(`no protocol ${String(start)}`);
      return { text: protocol, ported: hasPorts(protocol), first: start };
    });
  });
}

const portText = ({ first, last }: Span): string =>
  formatPortRange({ first: Number(first), last: Number(last) });
