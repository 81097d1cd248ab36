// The history that is kept in memory, and its chain.
import { compareText } from '../../../reconciler/model/problem.ts';
import { HistoryPass } from '../chain/history-pass.ts';
import { nextLink } from '../chain/link.ts';
import type { ChainLink, HistoryVerdict } from '../chain/verdict.ts';
import type { HistoryEntry, HistoryQuery } from '../journal.ts';
import { shardOf } from '../shard.ts';
import { isOf } from './keys.ts';
import type { MemoryStore } from './store.ts';

export const entriesIn = ({ closed }: MemoryStore, { group, sinceMs, limit }: HistoryQuery): HistoryEntry[] =>
  closed
    .filter((entry) => isOf(group, entry.group) && (sinceMs === null || entry.closedAtMs >= sinceMs))
    .slice(-limit);

export function recordEntry({ closed, links, chainHeads }: MemoryStore, entry: HistoryEntry): void {
  const chain = shardOf(entry.group, 1);
  const link = nextLink(chain, chainHeads.get(chain) ?? null, entry);
  closed.push(entry);
  links.push(link);
  chainHeads.set(chain, link);
}

export function verifyStore(
  { closed, links, chainHeads }: MemoryStore,
  heads: readonly string[],
): HistoryVerdict {
  const pass = new HistoryPass(
    [...chainHeads.values()].map((head) => ({ anchor: null, head })),
    heads,
  );
  for (const [place, entry] of closed.entries()) {
    const { group, clientToken, closedAtMs } = entry;
    pass.take({ place, link: links[place] ?? null, group, clientToken, closedAtMs, entry });
  }
  return pass.verdict();
}

export const headsIn = ({ chainHeads }: MemoryStore): readonly ChainLink[] =>
  [...chainHeads.values()].sort((a, b) => compareText(a.chain, b.chain));
