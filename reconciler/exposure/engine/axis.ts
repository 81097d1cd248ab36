// One field of a packet, cut into atoms: the longest runs of values that no rule tells apart. Behind
// this file all fields, even IPv6 addresses, are small integers.

/** Values from `first` to `last`, both included. */
export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** Atoms from `lo` to `hi`, both included. */
export interface AtomRange {
  readonly lo: number;
  readonly hi: number;
}

export class Axis {
  /** The first value of each atom, ascending. */
  readonly #starts: readonly bigint[];
  readonly #atomStartingAt: ReadonlyMap<bigint, number>;
  readonly #domain: Span;

  /** Cuts the domain so that each of the spans, which lie inside it, is a run of whole atoms. */
  constructor(domain: Span, spans: Iterable<Span>) {
    const starts = new Set([domain.first]);
    for (const { first, last } of spans) {
      starts.add(first);
      if (last < domain.last) starts.add(last + 1n);
    }
    this.#domain = domain;
    this.#starts = [...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.#atomStartingAt = new Map(this.#starts.map((start, atom) => [start, atom]));
  }

  get size(): number {
    return this.#starts.length;
  }

  /** The atoms of a span that this axis was cut by; all of them for a field that is open. */
  atomsOf(span: Span | undefined): AtomRange {
    if (span === undefined) return { lo: 0, hi: this.size - 1 };
    const lo = this.#atomStartingAt.get(span.first);
    const end = span.last === this.#domain.last ? this.size : this.#atomStartingAt.get(span.last + 1n);
    if (lo === undefined || end === undefined) throw new Error('the axis was not cut by this span');
    return { lo, hi: end - 1 };
  }

  spanOf(atoms: AtomRange): Span {
    const first = this.#starts[atoms.lo];
    if (first === undefined) throw new Error(`no atom ${atoms.lo}`);
    const next = this.#starts[atoms.hi + 1];
    return { first, last: next === undefined ? this.#domain.last : next - 1n };
  }
}
