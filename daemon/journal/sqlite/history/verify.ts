// All rows of the history, one after the other, held against their chains.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HistoryPass, type RecordedRow } from '../../chain/history-pass.ts';
import type { ChainLink, HistoryVerdict } from '../../chain/verdict.ts';
import type { HistoryEntry, VerifyProgress } from '../../journal.ts';
import { BUSY_TIMEOUT_MS, Connection } from '../connection.ts';
import { GROUP_FIELDS, toIntent, type HistoryRow } from '../rows.ts';
import { readChainEnds } from './chained.ts';

/** A few milliseconds of work. */
const ROWS_PER_TURN = 200;

/**
 * All as it stands at one moment, whatever is written meanwhile: on a connection of its own, so that whoever has the file
 * open can go on between the turns.
 */
export async function verifyFile(
  path: string,
  heads: readonly string[],
  onProgress: VerifyProgress = () => undefined,
): Promise<HistoryVerdict> {
  const db = new Connection(path, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    db.exec('BEGIN');
    const { total } = db.get('SELECT count(*) AS total FROM history') as { readonly total: number };
    const pass = new HistoryPass(readChainEnds(db), heads);
    let read = 0;
    for (const [sql, isLinked] of PASSES) {
      for (const row of db.each(sql)) {
        pass.take(recordedRow(row as StoredRow, isLinked));
        read += 1;
        if (read % ROWS_PER_TURN !== 0) continue;
        onProgress(read, total);
        await nextTurn();
      }
    }
    return pass.verdict();
  } finally {
    db.close();
  }
}

interface StoredRow extends HistoryRow, ChainLink {
  readonly seq: number;
}

/** Of a `Date`. */
const MAX_TIME_MS = 8_640_000_000_000_000;

/** A number that JavaScript does not have was not written by us, and must not keep the row from being named. */
const sane = (column: string, name = column): string =>
  `CASE WHEN ${column} BETWEEN -${MAX_TIME_MS} AND ${MAX_TIME_MS} THEN ${column} ELSE -1 END AS ${name}`;

const STORED_ROWS = `SELECT ${sane('seq')}, chain, ${sane('number')}, hash, ${GROUP_FIELDS}, revision, plan_hash AS planHash,
  reconcile_id AS reconcileId, ${sane('step')}, operation, params, effect, client_token AS clientToken, result, code,
  request_id AS requestId, ${sane('opened_at_ms', 'openedAtMs')}, ${sane('closed_at_ms', 'closedAtMs')} FROM history`;

const IS_LINKED = '(chain IS NOT NULL AND number IS NOT NULL AND hash IS NOT NULL)';

const PASSES = [
  [`${STORED_ROWS} WHERE ${IS_LINKED} ORDER BY history.chain, history.number, history.seq`, true],
  [`${STORED_ROWS} WHERE NOT ${IS_LINKED} ORDER BY history.seq`, false],
] as const;

function recordedRow(row: StoredRow, isLinked: boolean): RecordedRow {
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
