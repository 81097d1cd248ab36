// Keeps the journal from growing for ever: history, plans and approvals go by age, and by size the oldest go first.
// Open intents are never removed. A little at a time, so that no single step has to wait.
import type { Connection } from './connection.ts';
import { pruneHistory } from './history/chained.ts';

export interface Retention {
  /** History, plans and approvals older than this go. */
  readonly maxAgeMs: number;
  /**
   * The content from which on the oldest goes before its time; SQLite reuses the space, so the file stays
   * near that. At twice this size, which only open intents could reach, the journal refuses to grow: `full`.
   */
  readonly maxBytes: number;
}

export const RETENTION: Retention = { maxAgeMs: 400 * 24 * 3_600_000, maxBytes: 512 * 1024 * 1024 };

/** Rows that one pruning removes at most, of each table. Faster than they are written. */
const BATCH = 80;
/** Writes between two prunings. */
const PRUNE_EVERY = 64;

export function boundSize(db: Connection, { maxBytes }: Retention): void {
  db.exec(`PRAGMA max_page_count = ${Math.ceil((2 * maxBytes) / db.pragma('page_size'))}`);
}

/** Call the answer after each write that adds to the journal. */
export function createPruner(db: Connection, retention: Retention): (nowMs: number) => void {
  let writes = 0;
  return (nowMs) => {
    writes += 1;
    if (writes % PRUNE_EVERY === 0) prune(db, retention, nowMs);
  };
}

function prune(db: Connection, { maxAgeMs, maxBytes }: Retention, nowMs: number): void {
  const cut = (): number => (usedBytes(db) > maxBytes ? Number.MAX_SAFE_INTEGER : nowMs - maxAgeMs);
  pruneHistory(db, cut(), BATCH);
  for (const [table, time] of [
    ['plans', 'saved_at_ms'],
    ['approvals', 'until_ms'],
  ] as const) {
    const cutMs = cut();
    const oldest = `SELECT seq, ${time} AS time FROM ${table} ORDER BY seq LIMIT ${BATCH}`;
    db.run(`DELETE FROM ${table} WHERE seq IN (SELECT seq FROM (${oldest}) WHERE time < ?)`, cutMs);
  }
}

function usedBytes(db: Connection): number {
  return (db.pragma('page_count') - db.pragma('freelist_count')) * db.pragma('page_size');
}
