// The history in its table: what is closed is written with its link in the same transaction, and what goes by its age leaves
// the last link behind as an anchor.
import { nextLink } from '../../chain/link.ts';
import { SELECT_CHAIN_HEADS } from '../../chain/stored-rows.ts';
import type { ChainLink } from '../../chain/verdict.ts';
import type { IntentOutcome } from '../../journal.ts';
import { shardOf } from '../../shard.ts';
import type { Connection } from '../connection.ts';
import { HISTORY_FIELDS, INTENT_COLUMNS, toIntent, type HistoryRow } from '../../rows.ts';

/** A file has one owner, and so one chain for each account and region. */
const ONE_SHARD = 1;

/**
 * Moves an intent to the end of its chain; to be called within a transaction.
 *
 * @returns whether there was one that was open
 */
export function recordClosed(
  db: Connection,
  clientToken: string,
  { result, requestId, code }: IntentOutcome,
  closedAtMs: number,
): boolean {
  // What is hashed is what the row has, not what was meant to be written: SQLite cuts a text off at a NUL, for example.
  const row = db.get(
    `INSERT INTO history (${INTENT_COLUMNS}, result, request_id, code, closed_at_ms)
       SELECT ${INTENT_COLUMNS}, ?, ?, ?, ? FROM intents WHERE client_token = ?
       RETURNING ${HISTORY_FIELDS}`,
    result,
    requestId,
    code,
    closedAtMs,
    clientToken,
  ) as HistoryRow | undefined;
  if (row === undefined) return false;
  db.run('DELETE FROM intents WHERE client_token = ?', clientToken);
  const entry = toIntent(row);
  const chain = shardOf(entry.group, ONE_SHARD);
  const { number, hash } = nextLink(chain, lastLink(db, chain), entry);
  const link = 'UPDATE history SET chain = ?, number = ?, hash = ? WHERE client_token = ?';
  db.run(link, chain, number, hash, clientToken);
  db.run(
    `INSERT INTO chains (chain, number, hash) VALUES (?, ?, ?)
       ON CONFLICT (chain) DO UPDATE SET number = excluded.number, hash = excluded.hash`,
    chain,
    number,
    hash,
  );
  return true;
}

const lastLink = (db: Connection, chain: string): ChainLink | null =>
  (db.get('SELECT chain, number, hash FROM chains WHERE chain = ?', chain) ?? null) as ChainLink | null;

/** The last link of every chain, in the order of their names. */
export const readChainHeads = (db: Connection): readonly ChainLink[] =>
  db.all(SELECT_CHAIN_HEADS) as ChainLink[];

/**
 * Removes of the oldest `most` rows those that were closed before `cutMs`, but for such as stand behind one that stays: a
 * chain has no gaps.
 */
export function pruneHistory(db: Connection, cutMs: number, most: number): void {
  const oldest = 'SELECT seq, closed_at_ms FROM history ORDER BY seq LIMIT ?';
  const { until } = db.get(
    `WITH oldest AS (${oldest})
     SELECT coalesce((SELECT min(seq) FROM oldest WHERE closed_at_ms >= ?), max(seq) + 1, 0) AS until FROM oldest`,
    most,
    cutMs,
  ) as { readonly until: number };
  db.transaction(() => {
    db.run(
      `UPDATE chains SET anchor_number = gone.number, anchor_hash = gone.hash
         FROM (SELECT chain, max(number) AS number, hash FROM history
               WHERE seq < ? AND chain IS NOT NULL AND hash IS NOT NULL GROUP BY chain) AS gone
         WHERE chains.chain = gone.chain AND gone.number IS NOT NULL`,
      until,
    );
    db.run('DELETE FROM history WHERE seq < ?', until);
  });
}
