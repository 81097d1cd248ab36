// Keeps the tables from growing for ever: history, plans and approvals go by age, a little at a time. Open intents are never
// removed. How large the database may be is for whoever runs it.
import type { Statements } from '../connection.ts';

/** Rows that one pruning removes at most, of each table. Faster than they are written. */
const ROWS_AT_ONCE = 80;
/** Writes between two prunings. */
const WRITES_BETWEEN = 64;

export class TablePruner {
  readonly #statements: Statements;
  readonly #maxAgeMs: number;
  #writes = 0;

  constructor(statements: Statements, maxAgeMs: number) {
    this.#statements = statements;
    this.#maxAgeMs = maxAgeMs;
  }

  /** To be called after each write that adds to the journal. */
  async afterWrite(nowMs: number): Promise<void> {
    this.#writes += 1;
    if (this.#writes % WRITES_BETWEEN !== 0) return;
    for (const [table, time] of [
      ['history', 'closed_at_ms'],
      ['plans', 'saved_at_ms'],
      ['approvals', 'until_ms'],
    ] as const) {
      const oldest = `SELECT seq, ${time} AS time FROM ${table} ORDER BY seq LIMIT ${ROWS_AT_ONCE}`;
      await this.#statements.run(
        `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM (${oldest}) AS oldest WHERE time < $1)`,
        nowMs - this.#maxAgeMs,
      );
    }
  }
}
