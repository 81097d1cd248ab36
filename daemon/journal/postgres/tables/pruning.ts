// Keeps the tables from growing for ever: history, plans and approvals go by age, a little at a time. Open intents are never
// removed. How large the database may be is for whoever runs it.
import type { Connections } from '../connection.ts';
import { pruneChained } from '../history/chained.ts';

/** Rows that one pruning removes at most, of each table. Faster than they are written. */
const ROWS_AT_ONCE = 80;
/** Writes between two prunings. */
const WRITES_BETWEEN = 64;

export class TablePruner {
  readonly #connections: Connections;
  readonly #maxAgeMs: number;
  #writes = 0;

  constructor(connections: Connections, maxAgeMs: number) {
    this.#connections = connections;
    this.#maxAgeMs = maxAgeMs;
  }

  /** To be called after each write that adds to the journal. */
  async afterWrite(nowMs: number): Promise<void> {
    this.#writes += 1;
    if (this.#writes % WRITES_BETWEEN !== 0) return;
    const cutMs = nowMs - this.#maxAgeMs;
    await this.#connections.transaction((statements) => pruneChained(statements, cutMs, ROWS_AT_ONCE));
    for (const [table, time] of [
      ['plans', 'saved_at_ms'],
      ['approvals', 'until_ms'],
    ] as const) {
      const oldest = `SELECT seq, ${time} AS time FROM ${table} ORDER BY seq LIMIT ${ROWS_AT_ONCE}`;
      await this.#connections.run(
        `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM (${oldest}) AS oldest WHERE time < $1)`,
        cutMs,
      );
    }
  }
}
