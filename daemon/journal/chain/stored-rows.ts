// The history as its table holds it, for a look that must bear whatever a hand has written there: the same text for SQLite and
// for PostgreSQL.
import type { HistoryEntry } from '../journal.ts';
import { GROUP_FIELDS, toIntent, type HistoryRow } from '../rows.ts';
import type { RecordedRow } from './history-pass.ts';
import type { ChainEnds, ChainLink } from './verdict.ts';

export interface StoredRow extends HistoryRow, ChainLink {
  readonly seq: number;
}

/** Of a `Date`. */
const MAX_TIME_MS = 8_640_000_000_000_000;

/** A number that JavaScript does not have was not written by us, and must not keep the row from being named. */
const sane = (column: string, name = column): string =>
  `CASE WHEN ${column} BETWEEN -${MAX_TIME_MS} AND ${MAX_TIME_MS} THEN ${column} ELSE -1 END AS "${name}"`;

const STORED_ROWS = `SELECT ${sane('seq')}, chain, ${sane('number')}, hash, ${GROUP_FIELDS}, revision, plan_hash AS "planHash",
  reconcile_id AS "reconcileId", ${sane('step')}, operation, params, effect, client_token AS "clientToken", result, code,
  request_id AS "requestId", ${sane('opened_at_ms', 'openedAtMs')}, ${sane('closed_at_ms', 'closedAtMs')} FROM history`;

const IS_LINKED = '(chain IS NOT NULL AND number IS NOT NULL AND hash IS NOT NULL)';

/** In the order in which a pass takes them. */
export const STORED_HISTORY = [
  {
    sql: `${STORED_ROWS} WHERE ${IS_LINKED} ORDER BY history.chain, history.number, history.seq`,
    isLinked: true,
  },
  { sql: `${STORED_ROWS} WHERE NOT ${IS_LINKED} ORDER BY history.seq`, isLinked: false },
] as const;

export function recordedRow(row: StoredRow, isLinked: boolean): RecordedRow {
  const { seq, chain, number, hash, clientToken, closedAtMs, account, region, id } = row;
  const link = isLinked ? { chain, number, hash } : null;
  return { place: seq, link, group: { account, region, id }, clientToken, closedAtMs, entry: readable(row) };
}

function readable(row: StoredRow): HistoryEntry | null {
  try {
    return toIntent(row);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A row of the table of chains. */
export interface ChainRow extends ChainLink {
  readonly anchorNumber: number | null;
  readonly anchorHash: string | null;
}

export const SELECT_CHAIN_HEADS = 'SELECT chain, number, hash FROM chains ORDER BY chain';
export const SELECT_CHAINS =
  'SELECT chain, number, hash, anchor_number AS "anchorNumber", anchor_hash AS "anchorHash" FROM chains';

export const toChainEnds = ({ anchorNumber, anchorHash, ...head }: ChainRow): ChainEnds => ({
  anchor:
    anchorNumber === null || anchorHash === null
      ? null
      : { chain: head.chain, number: anchorNumber, hash: anchorHash },
  head,
});
