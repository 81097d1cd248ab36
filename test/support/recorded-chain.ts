// Rows of a history as a journal that keeps hashes has them, for tests that then do harm to them.
import type { HistoryPass, RecordedRow } from '../../daemon/journal/chain/history-pass.ts';
import { nextLink } from '../../daemon/journal/chain/link.ts';
import type { ChainEnds, ChainLink } from '../../daemon/journal/chain/verdict.ts';
import type { HistoryEntry } from '../../daemon/journal/journal.ts';

export const recordedEntry = (id: number, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  group: { account: 'default', region: 'cn-hangzhou', id: `sg-${id % 3}` },
  revision: 'abc',
  planHash: 'f00',
  reconcileId: 'r1',
  step: 1 + (id % 4),
  operation: 'AuthorizeSecurityGroup',
  params: { RegionId: 'cn-hangzhou', PortRange: '443/443' },
  effect: { adds: [], removes: [{ identity: 'ingress|tcp|80/80', id: `sgr-${id}` }] },
  clientToken: `rampart-x-1-y-${id}`,
  openedAtMs: 1_000_000 + id,
  result: 'applied',
  requestId: `REQ-${id}`,
  code: null,
  closedAtMs: 1_000_500 + id,
  ...changes,
});

export const recordedRow = (place: number, link: ChainLink | null, entry: HistoryEntry): RecordedRow => ({
  place,
  link,
  group: entry.group,
  clientToken: entry.clientToken,
  closedAtMs: entry.closedAtMs,
  entry,
});

/** Entries that were closed in turn, each in the chain that is named. */
export function recordedRows(chains: readonly string[]): RecordedRow[] {
  const heads = new Map<string, ChainLink>();
  return chains.map((chain, index) => {
    const entry = recordedEntry(index + 1);
    const link = nextLink(chain, heads.get(chain) ?? null, entry);
    heads.set(chain, link);
    return recordedRow(index + 1, link, entry);
  });
}

/** Where each chain of these rows ends, and the anchor of one. */
export function endsOf(rows: readonly RecordedRow[], anchor: ChainLink | null = null): ChainEnds[] {
  const heads = new Map(rows.flatMap(({ link }) => (link === null ? [] : [[link.chain, link] as const])));
  return [...heads.values()].map((head) => ({ anchor: anchor?.chain === head.chain ? anchor : null, head }));
}

/** In the order in which a journal hands them over. */
export function takeAll(pass: HistoryPass, rows: readonly RecordedRow[]): ReturnType<HistoryPass['verdict']> {
  const keyOf = ({ link, place }: RecordedRow) =>
    [link?.chain ?? '\uFFFF', link?.number ?? 0, place] as const;
  const ordered = rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort(({ key: a }, { key: b }) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1] || a[2] - b[2]));
  for (const { row } of ordered) pass.take(row);
  return pass.verdict();
}
