// What ties the entries of the history together, as values, and what a verification of them has found, chain by chain.
import type { GroupRef } from '../../../reconciler/model/group.ts';

/** What makes a change of an entry show: its number in its chain, and a hash over all that it and those before it say. */
export interface ChainLink {
  /** The shard whose effects it records. */
  readonly chain: string;
  /** From 1, without a gap. */
  readonly number: number;
  /** SHA-256 in hexadecimal digits. */
  readonly hash: string;
}

/** Where a chain begins and ends, as is noted beside its entries. */
export interface ChainEnds {
  /** The last entry that was removed by its age, or because of the journal's size; null: none was. */
  readonly anchor: ChainLink | null;
  readonly head: ChainLink;
}

/** An entry as its row names it. */
export interface NamedEntry {
  readonly group: GroupRef;
  readonly clientToken: string;
  /** Unix milliseconds, as the row says. */
  readonly closedAtMs: number;
}

/** The first entry of a chain that is not as it was written. */
export interface BrokenEntry {
  /**
   * `changed`: it says something else than when it was written, or was never written by Rampart; `missing`: entries before it
   * are gone; `out-of-order`: it stands in the place of another; `cut-off`: entries are gone, and none comes after them.
   */
  readonly kind: 'changed' | 'missing' | 'out-of-order' | 'cut-off';
  /** That the row has; of a chain that is cut off, the number of its last entry. */
  readonly number: number;
  /** That should stand there: the first that is gone, or is not as it was. */
  readonly expected: number;
  /** Null: it is gone, and so are all after it. */
  readonly entry: NamedEntry | null;
}

export interface ChainVerdict {
  readonly chain: string;
  /** Those that are there, also after the first broken one. */
  readonly entries: number;
  /** When the first of them was closed, Unix milliseconds; null: none is there. */
  readonly sinceMs: number | null;
  readonly anchor: ChainLink | null;
  /** The last entry up to which all is whole, or the anchor; null: nothing is. */
  readonly head: ChainLink | null;
  readonly broken: BrokenEntry | null;
}

/** Entries from before Rampart kept hashes: a change of them cannot be noticed. */
export interface UnlinkedVerdict {
  readonly entries: number;
  /** Unix milliseconds; null: there are none. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** The first that cannot be from before the chain: entries with a hash were written before it. */
  readonly broken: NamedEntry | null;
}

/** A head that was kept elsewhere, and where the chains have it. */
export interface HeadVerdict {
  readonly hash: string;
  /** Null: in no chain, as far as it is whole. */
  readonly found: ChainLink | null;
}

export interface HistoryVerdict {
  /** In the order of their names. */
  readonly chains: readonly ChainVerdict[];
  readonly unlinked: UnlinkedVerdict;
  /** In the order in which they were asked for. */
  readonly heads: readonly HeadVerdict[];
}

/** Nothing is broken, and every head that was asked for is there. */
export const isWhole = ({ chains, unlinked, heads }: HistoryVerdict): boolean =>
  unlinked.broken === null &&
  chains.every(({ broken }) => broken === null) &&
  heads.every(({ found }) => found !== null);
