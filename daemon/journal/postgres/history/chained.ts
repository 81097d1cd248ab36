// The history in its table: what is closed is written with its link in the same transaction, and what goes by its age leaves
// the last link behind as an anchor. There is a chain for each shard, so replicas do not wait for one another.
import { nextLink } from '../../chain/link.ts';
import { SELECT_CHAIN_HEADS } from '../../chain/stored-rows.ts';
import type { ChainLink } from '../../chain/verdict.ts';
import type { IntentOutcome } from '../../journal.ts';
import { HISTORY_FIELDS, INTENT_COLUMNS, toIntent, type HistoryRow } from '../../rows.ts';
import type { Statements } from '../connection.ts';

/** What is closed, and when, Unix milliseconds. */
export interface ClosingIntent extends IntentOutcome {
  readonly clientToken: string;
  readonly closedAtMs: number;
}

/**
 * Moves an intent to the end of a chain; to be called within a transaction.
 *
 * @returns whether there was one that was open
 */
export async function appendClosed(
  statements: Statements,
  chain: string,
  { clientToken, result, requestId, code, closedAtMs }: ClosingIntent,
): Promise<boolean> {
  // Of several that are closed at once each waits here for the one before, so that the rows stand in the order of the links.
  const before = await lockedLink(statements, chain);
  // What is hashed is what the row has, not what was meant to be written.
  const row = (await statements.get(
    `WITH closed AS (DELETE FROM intents WHERE client_token = $1 RETURNING ${INTENT_COLUMNS})
     INSERT INTO history (${INTENT_COLUMNS}, result, request_id, code, closed_at_ms)
       SELECT ${INTENT_COLUMNS}, $2, $3, $4, $5 FROM closed RETURNING ${HISTORY_FIELDS}`,
    clientToken,
    result,
    requestId,
    code,
    closedAtMs,
  )) as HistoryRow | undefined;
  if (row === undefined) return false;
  const { number, hash } = nextLink(chain, before, toIntent(row));
  await statements.run(
    `WITH linked AS (UPDATE history SET chain = $1, number = $2, hash = $3 WHERE client_token = $4)
     INSERT INTO chains (chain, number, hash) VALUES ($1, $2, $3)
       ON CONFLICT (chain) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash`,
    chain,
    number,
    hash,
    clientToken,
  );
  return true;
}

/** The last link, which no other changes before the end of the transaction; null: the chain begins. */
async function lockedLink(statements: Statements, chain: string): Promise<ChainLink | null> {
  const last = 'SELECT chain, number, hash FROM chains WHERE chain = $1 FOR UPDATE';
  const link = (await statements.get(last, chain)) as ChainLink | undefined;
  if (link !== undefined) return link;
  // There is no row to wait at yet. Only the first entry of a chain comes here.
  await statements.get('SELECT pg_advisory_xact_lock($1, hashtext($2))', CHAIN_BEGINS, chain);
  return ((await statements.get(last, chain)) ?? null) as ChainLink | null;
}

/** Numbers of locks of the server, unlike all others of ours. */
const CHAIN_BEGINS = 7_597_133;
const PRUNING = 7_597_134;

export const chainHeadsIn = async (statements: Statements): Promise<readonly ChainLink[]> =>
  (await statements.all(SELECT_CHAIN_HEADS)) as ChainLink[];

/**
 * Removes of the oldest `most` rows those that were closed before `cutMs`, but for such as stand behind one that stays: a
 * chain has no gaps. Does nothing while another replica is at it. To be called within a transaction.
 */
export async function pruneChained(statements: Statements, cutMs: number, most: number): Promise<void> {
  const lock = await statements.get('SELECT pg_try_advisory_xact_lock($1) AS "isOurs"', PRUNING);
  if (!(lock as { readonly isOurs: boolean }).isOurs) return;
  const { until } = (await statements.get(
    `WITH oldest AS (SELECT seq, closed_at_ms FROM history ORDER BY seq LIMIT $2)
     SELECT coalesce((SELECT min(seq) FROM oldest WHERE closed_at_ms >= $1), max(seq) + 1, 0) AS until FROM oldest`,
    cutMs,
    most,
  )) as { readonly until: number };
  await statements.run(
    `UPDATE chains SET anchor_number = gone.number, anchor_hash = gone.hash
       FROM (SELECT DISTINCT ON (chain) chain, number, hash FROM history
             WHERE seq < $1 AND chain IS NOT NULL AND number IS NOT NULL AND hash IS NOT NULL
             ORDER BY chain, number DESC) AS gone
       WHERE chains.chain = gone.chain`,
    until,
  );
  await statements.run('DELETE FROM history WHERE seq < $1', until);
}
