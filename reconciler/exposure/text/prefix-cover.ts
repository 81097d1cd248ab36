// Intervals of addresses as prefixes that people can read. "Everywhere but 10.0.0.0/8" is eight
// prefixes when written out, and thousands once a few hosts are left out too; with exceptions it is one.
import { addressBits, lastAddress, type Family, type Prefix } from '../../model/prefix.ts';
import { itemAt } from '../engine/at.ts';
import type { Span } from '../engine/axis.ts';

/** The addresses of a prefix, without those of some smaller disjoint ones inside. */
export interface CoverTerm {
  readonly prefix: Prefix;
  readonly except: readonly Prefix[];
}

/**
 * Disjoint terms that together are the given ascending spans, with few prefixes in all: each part is
 * either written out or written as the prefix around it with exceptions, whichever is shorter.
 */
export function coverSpans(spans: readonly Span[], family: Family): CoverTerm[] {
  if (spans.length === 0) return [];
  const hull = hullOf({ first: itemAt(spans, 0).first, last: itemAt(spans, spans.length - 1).last }, family);
  const gaps = gapPrefixes(spans, hull, spans.length - 1);
  if (gaps !== null) return [{ prefix: hull, except: gaps }];
  const terms: CoverTerm[] = [];
  addTerms(countPart(spans, hull, 0, spans.length), terms);
  return terms;
}

function hullOf({ first, last }: Span, family: Family): Prefix {
  const hostBits = first === last ? 0 : (first ^ last).toString(2).length;
  const address = (first >> BigInt(hostBits)) << BigInt(hostBits);
  return { kind: family, address, length: addressBits(family) - hostBits };
}

/**
 * What the spans leave out of the hull; null if that is more than `most` prefixes. No way of writing has
 * fewer prefixes than there are spans, so with that many or less there is nothing better to look for.
 */
function gapPrefixes(spans: readonly Span[], hull: Prefix, most: number): Prefix[] | null {
  const gaps: Prefix[] = [];
  const bits = addressBits(hull.kind);
  let address = hull.address;
  for (const { first, last } of [...spans, { first: lastAddress(hull) + 1n, last: 0n }]) {
    while (address < first) {
      if (gaps.length === most) return null;
      const hostBits = hostBitsFrom(address, first);
      gaps.push({ kind: hull.kind, address, length: bits - hostBits });
      address += 1n << BigInt(hostBits);
    }
    address = last + 1n;
  }
  return gaps;
}

/** The host bits of the largest prefix that starts at the address and ends before another one. */
export function hostBitsFrom(address: bigint, before: bigint): number {
  const room = before - address;
  let hostBits = 0;
  for (let size = 1n; (address & size) === 0n && 2n * size <= room; size *= 2n) hostBits += 1;
  return hostBits;
}

/** A prefix with halves that are neither empty nor full, and what it takes to write it in either way. */
interface CoverPart {
  readonly prefix: Prefix;
  /** Null: all of it or none of it is in the spans. */
  readonly halves: readonly [CoverPart, CoverPart] | null;
  /** The fewest prefixes that say what is in, with exceptions where that is shorter. */
  readonly cost: number;
  /** Number of prefixes that are out. */
  readonly gaps: number;
}

/** `from` to `end` (not included) are the spans that meet the prefix. */
function countPart(spans: readonly Span[], prefix: Prefix, from: number, end: number): CoverPart {
  if (from === end) return { prefix, halves: null, cost: 0, gaps: 1 };
  const { first, last } = itemAt(spans, from);
  const size = 1n << BigInt(addressBits(prefix.kind) - prefix.length);
  if (first <= prefix.address && prefix.address + size - 1n <= last) {
    return { prefix, halves: null, cost: 1, gaps: 0 };
  }
  const length = prefix.length + 1;
  const middle = prefix.address + size / 2n;
  let lowEnd = from;
  while (lowEnd < end && itemAt(spans, lowEnd).first < middle) lowEnd += 1;
  const straddles = lowEnd > from && itemAt(spans, lowEnd - 1).last >= middle;
  const low = countPart(spans, { kind: prefix.kind, address: prefix.address, length }, from, lowEnd);
  const high = countPart(
    spans,
    { kind: prefix.kind, address: middle, length },
    straddles ? lowEnd - 1 : lowEnd,
    end,
  );
  const gaps = low.gaps + high.gaps;
  return { prefix, halves: [low, high], cost: Math.min(low.cost + high.cost, 1 + gaps), gaps };
}

function addTerms(part: CoverPart, terms: CoverTerm[]): void {
  if (part.cost === 0) return;
  if (part.halves === null || part.cost < part.halves[0].cost + part.halves[1].cost) {
    const except: Prefix[] = [];
    addGaps(part, except);
    terms.push({ prefix: part.prefix, except });
  } else {
    for (const half of part.halves) addTerms(half, terms);
  }
}

function addGaps(part: CoverPart, gaps: Prefix[]): void {
  if (part.halves !== null) for (const half of part.halves) addGaps(half, gaps);
  else if (part.cost === 0) gaps.push(part.prefix);
}
