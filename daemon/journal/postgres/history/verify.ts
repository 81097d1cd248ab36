// All rows of the history, some at a time, held against their chains.
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
import type { Statements } from '../connection.ts';

const ROWS_A_FETCH = 500;

/** As it stands at one moment, whatever replicas write meanwhile. To be called at the beginning of a transaction. */
export async function verifyTable(
  statements: Statements,
  heads: readonly string[],
  onProgress: VerifyProgress = () => undefined,
): Promise<HistoryVerdict> {
  await statements.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  // By the index: to sort a long history would take longer than a statement may.
  await statements.run('SET LOCAL enable_sort = off');
  const { total } = (await statements.get('SELECT count(*) AS total FROM history')) as {
    readonly total: number;
  };
  const pass = new HistoryPass(((await statements.all(SELECT_CHAINS)) as ChainRow[]).map(toChainEnds), heads);
  let read = 0;
  for (const { sql, isLinked } of STORED_HISTORY) {
    await statements.run(`DECLARE rows_of_history NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const rows = (await statements.all(`FETCH ${ROWS_A_FETCH} FROM rows_of_history`)) as StoredRow[];
      for (const row of rows) pass.take(recordedRow(row, isLinked));
      if (rows.length === 0) break;
      read += rows.length;
      onProgress(read, total);
    }
    await statements.run('CLOSE rows_of_history');
  }
  return pass.verdict();
}
