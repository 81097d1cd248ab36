// One look at every row of the history, which finds the first of each chain that is not as it was written. Rows in, verdict
// out: where they come from is the business of each journal, which shows them all as they stand at one moment.
import { compareText } from '../../../reconciler/model/problem.ts';
import type { HistoryEntry } from '../journal.ts';
import { linkHash } from './link.ts';
import type {
  BrokenEntry,
  ChainEnds,
  ChainLink,
  ChainVerdict,
  HistoryVerdict,
  NamedEntry,
  UnlinkedVerdict,
} from './verdict.ts';

/** A row of the history as it stands there. */
export interface RecordedRow extends NamedEntry {
  /** Grows with each row that is written. */
  readonly place: number;
  /** Null: it is from before the chain. */
  readonly link: ChainLink | null;
  /** Null: what it says cannot be read. */
  readonly entry: HistoryEntry | null;
}

/**
 * Takes the rows of each chain in the order of their numbers, and after all of them those without a link in the order of
 * their places. What it keeps does not grow with them.
 *
 * @param chains where each begins and ends
 * @param heads hashes that were kept elsewhere
 */
export class HistoryPass {
  readonly #chains = new Map<string, ChainPass>();
  readonly #unlinked: UnlinkedPass;
  readonly #heads: ReadonlyMap<string, { found: ChainLink | null }>;
  #firstPlace = Infinity;

  constructor(chains: readonly ChainEnds[], heads: readonly string[]) {
    this.#heads = new Map(heads.map((hash) => [hash, { found: null }]));
    for (const { anchor, head } of chains) {
      this.#chains.set(head.chain, new ChainPass(anchor, head));
      if (anchor !== null) this.#note(anchor);
    }
    this.#unlinked = new UnlinkedPass(chains.some(({ anchor }) => anchor !== null));
  }

  take(row: RecordedRow): void {
    const { link } = row;
    if (link === null) {
      this.#unlinked.take(row, this.#firstPlace);
      return;
    }
    this.#firstPlace = Math.min(this.#firstPlace, row.place);
    const chain = this.#chains.get(link.chain) ?? new ChainPass(null, { ...link, number: 0, hash: '' });
    this.#chains.set(link.chain, chain);
    if (chain.take(row, link)) this.#note(link);
  }

  verdict(): HistoryVerdict {
    const chains = [...this.#chains.values()].map((chain) => chain.verdict());
    return {
      chains: chains.sort((a, b) => compareText(a.chain, b.chain)),
      unlinked: this.#unlinked.verdict(),
      heads: [...this.#heads].map(([hash, { found }]) => ({ hash, found })),
    };
  }

  #note(link: ChainLink): void {
    const head = this.#heads.get(link.hash);
    if (head !== undefined) head.found = link;
  }
}

class ChainPass {
  readonly #anchor: ChainLink | null;
  /** The last entry that there ever was. */
  readonly #end: ChainLink;
  #head: ChainLink | null;
  #place = -Infinity;
  #entries = 0;
  #sinceMs: number | null = null;
  #broken: BrokenEntry | null = null;
  /** The next row tells whether the broken one has changed places with it. */
  #isFresh = false;

  constructor(anchor: ChainLink | null, end: ChainLink) {
    this.#anchor = anchor;
    this.#end = end;
    this.#head = anchor;
  }

  get #expected(): number {
    return (this.#head?.number ?? 0) + 1;
  }

  /** Whether all is whole up to this row. */
  take(row: RecordedRow, link: ChainLink): boolean {
    this.#entries += 1;
    this.#sinceMs ??= row.closedAtMs;
    if (this.#broken !== null) {
      if (this.#isFresh && row.place < this.#place) this.#broken = { ...this.#broken, kind: 'out-of-order' };
      this.#isFresh = false;
      return false;
    }
    const kind = this.#trouble(row, link);
    this.#place = row.place;
    if (kind === null) {
      this.#head = link;
      return true;
    }
    this.#broken = { kind, number: link.number, expected: this.#expected, entry: namedEntry(row) };
    this.#isFresh = kind === 'changed';
    return false;
  }

  verdict(): ChainVerdict {
    return {
      chain: this.#end.chain,
      entries: this.#entries,
      sinceMs: this.#sinceMs,
      anchor: this.#anchor,
      head: this.#head,
      broken: this.#broken ?? this.#cutOff(),
    };
  }

  #trouble({ place, entry }: RecordedRow, link: ChainLink): BrokenEntry['kind'] | null {
    if (link.number > this.#expected) return 'missing';
    if (link.number < this.#expected || place <= this.#place) return 'out-of-order';
    const { chain, number, hash } = link;
    const isBeyondEnd = number > this.#end.number || (number === this.#end.number && hash !== this.#end.hash);
    const at = { chain, number, before: this.#head?.hash ?? null };
    return isBeyondEnd || entry === null || linkHash(at, entry) !== hash ? 'changed' : null;
  }

  #cutOff(): BrokenEntry | null {
    const isAtEnd = this.#head?.number === this.#end.number && this.#head.hash === this.#end.hash;
    if (isAtEnd) return null;
    return { kind: 'cut-off', number: this.#end.number, expected: this.#expected, entry: null };
  }
}

class UnlinkedPass {
  /** Rows go in the order of their places: once entries with a link have gone, all from before them have. */
  readonly #isOver: boolean;
  #entries = 0;
  #sinceMs: number | null = null;
  #untilMs: number | null = null;
  #broken: NamedEntry | null = null;

  constructor(isOver: boolean) {
    this.#isOver = isOver;
  }

  /** @param firstPlace of the first row that has a link */
  take(row: RecordedRow, firstPlace: number): void {
    this.#entries += 1;
    this.#sinceMs ??= row.closedAtMs;
    this.#untilMs = row.closedAtMs;
    if (this.#isOver || row.place > firstPlace) this.#broken ??= namedEntry(row);
  }

  verdict(): UnlinkedVerdict {
    return {
      entries: this.#entries,
      sinceMs: this.#sinceMs,
      untilMs: this.#untilMs,
      broken: this.#broken,
    };
  }
}

const namedEntry = ({ group, clientToken, closedAtMs }: RecordedRow): NamedEntry => ({
  group,
  clientToken,
  closedAtMs,
});
