// The few things we do with SQLite, over the interface of node:sqlite. Each statement is prepared once, because
// the library can finalize one only by garbage collection. A connection with living statements closes late for
// the same reason: hence `checkpoint`, which SQLite would else do by itself on the last close.
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import type { SqlValue } from '../rows.ts';

/** Another process that works on the journal, such as `rampart pause`, is done long before. */
export const BUSY_TIMEOUT_MS = 2000;

export interface ConnectionOptions {
  readonly readOnly: boolean;
  /** How long a statement waits for another process to finish its own. */
  readonly busyTimeoutMs: number;
}

export class Connection {
  readonly path: string;
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  /** Makes an empty file if there is none. */
  constructor(path: string, options: ConnectionOptions) {
    this.path = path;
    this.#db = new DatabaseSync(path, { readOnly: options.readOnly, timeout: options.busyTimeoutMs });
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** How many rows it changed. Give values as parameters, never as text. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#prepared(sql).run(...values).changes;
  }

  /** All rows. The caller names their type, which the schema promises. */
  all(sql: string, ...values: readonly SqlValue[]): unknown[] {
    return this.#prepared(sql).all(...values);
  }

  /** One row after the other, for more of them than memory should hold. */
  each(sql: string, ...values: readonly SqlValue[]): IterableIterator<unknown> {
    return this.#prepared(sql).iterate(...values);
  }

  /** The first row, or undefined. */
  get(sql: string, ...values: readonly SqlValue[]): unknown {
    return this.#prepared(sql).get(...values);
  }

  pragma(name: string): number {
    const row = this.get(`PRAGMA ${name}`) as Readonly<Record<string, unknown>> | undefined;
    const value = row?.[name];
    if (typeof value !== 'number') throw new Error(`PRAGMA ${name} gives no number`);
    return value;
  }

  /** Everything in `work` happens, or nothing of it. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.exec('COMMIT');
      return value;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#db.isTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * The same, without waiting for the disk: a crash of this process loses nothing of it, a power cut may lose it together
   * with all that came later. The next transaction that does wait for the disk brings it there too.
   */
  quickTransaction<T>(work: () => T): T {
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.transaction(work);
    } finally {
      this.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Moves what is in the write-ahead log into the file; others that are reading make it stop half-way. */
  checkpoint(): void {
    this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** May be called twice. */
  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #prepared(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
