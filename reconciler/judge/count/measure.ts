// How many addresses of a pattern lie in a run of atoms: what is asked of an axis again and again, as sums.
import { itemAt } from '../../exposure/engine/at.ts';
import type { Axis, AtomRange, Span } from '../../exposure/engine/axis.ts';
import { hostBitsFrom } from '../../exposure/text/prefix-cover.ts';
import { addressBits, lastAddress, type Family, type Prefix } from '../../model/prefix.ts';

/** The addresses of one family as ascending spans that do not meet. */
export function addressSpans(prefixes: readonly Prefix[], family: Family): Span[] {
  return unionOf(
    prefixes
      .filter(({ kind }) => kind === family)
      .map((prefix) => ({ first: prefix.address, last: lastAddress(prefix) })),
  );
}

/** Ascending; spans that touch are one. */
export function unionOf(spans: readonly Span[]): Span[] {
  const union: Span[] = [];
  for (const span of [...spans].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const previous = union.at(-1);
    if (previous === undefined || span.first > previous.last + 1n) union.push(span);
    else if (span.last > previous.last) union[union.length - 1] = { first: previous.first, last: span.last };
  }
  return union;
}

export function addressCount(spans: readonly Span[]): bigint {
  return spans.reduce((sum, { first, last }) => sum + (last - first + 1n), 0n);
}

/** What two lists of ascending spans have in common. */
export function commonSpans(a: readonly Span[], b: readonly Span[]): Span[] {
  const common: Span[] = [];
  let at = 0;
  let other = 0;
  for (let one = a[at], two = b[other]; one !== undefined && two !== undefined; one = a[at], two = b[other]) {
    const first = one.first > two.first ? one.first : two.first;
    const last = one.last < two.last ? one.last : two.last;
    if (first <= last) common.push({ first, last });
    if (one.last < two.last) at += 1;
    else other += 1;
  }
  return common;
}

/** What is left of ascending spans without other ones. */
export function spansWithout(spans: readonly Span[], without: readonly Span[]): Span[] {
  const left: Span[] = [];
  for (const { first, last } of spans) {
    let from = first;
    for (const gap of commonSpans([{ first, last }], without)) {
      if (from < gap.first) left.push({ first: from, last: gap.first - 1n });
      from = gap.last + 1n;
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}

/** Disjoint prefixes that together are the spans. */
export function prefixesOf(spans: readonly Span[], kind: Family): Prefix[] {
  const prefixes: Prefix[] = [];
  for (const { first, last } of spans) {
    for (let address = first; address <= last;) {
      const hostBits = hostBitsFrom(address, last + 1n);
      prefixes.push({ kind, address, length: addressBits(kind) - hostBits });
      address += 1n << BigInt(hostBits);
    }
  }
  return prefixes;
}

export class Measure {
  readonly spans: readonly Span[];
  /** For each atom, how many addresses there are below it; one more for all. */
  readonly #below: readonly bigint[];

  constructor(axis: Axis, spans: readonly Span[]) {
    this.spans = spans;
    const below = [0n];
    let total = 0n;
    let next = 0;
    for (let atom = 0; atom < axis.size; atom += 1) {
      const { first, last } = axis.spanOf({ lo: atom, hi: atom });
      for (let span = spans[next]; span !== undefined && span.first <= last; span = spans[next]) {
        const from = span.first > first ? span.first : first;
        const to = span.last < last ? span.last : last;
        if (from <= to) total += to - from + 1n;
        if (span.last > last) break;
        next += 1;
      }
      below.push(total);
    }
    this.#below = below;
  }

  get total(): bigint {
    return itemAt(this.#below, this.#below.length - 1);
  }

  of({ lo, hi }: AtomRange): bigint {
    return itemAt(this.#below, hi + 1) - itemAt(this.#below, lo);
  }
}
