// All rows of the history, one after the other, held against their chains.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HistoryPass } from '../../chain/history-pass.ts';
import {
  recordedRow,
  SELECT_CHAINS,
  STORED_HISTORY,
  toChainEnds,
  type ChainRow,
  type StoredRow,
} from '../../chain/stored-rows.ts';
import type { HistoryVerdict } from '../../chain/verdict.ts';
import type { VerifyProgress } from '../../journal.ts';
import { BUSY_TIMEOUT_MS, Connection } from '../connection.ts';

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
    const pass = new HistoryPass((db.all(SELECT_CHAINS) as ChainRow[]).map(toChainEnds), heads);
    let read = 0;
    for (const { sql, isLinked } of STORED_HISTORY) {
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
