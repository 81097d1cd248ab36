// The few things we do with PostgreSQL, over a pool of `pg`. Every wait has an end: a database that does not answer is
// the trouble `unavailable`, and a connection whose answer did not come is never used again.
import { Pool, TypeOverrides, types, type PoolClient } from 'pg';
import { JournalError } from '../journal.ts';
import { withDatabaseTrouble } from './postgres-trouble.ts';
import type { PostgresTarget } from '../../config/postgres-url.ts';
import { tlsOptions } from './tls.ts';

/** Bounds of one process. Times are milliseconds. */
export interface PoolBounds {
  readonly connections: number;
  /** For a new connection, and for one of the pool to be free. */
  readonly connectMs: number;
  /** The server ends a statement then, waits for locks included. */
  readonly statementMs: number;
  /** The client gives up then: where the network is dead the server cannot say so. */
  readonly answerMs: number;
}

export interface ConnectionsOptions {
  readonly bounds?: PoolBounds;
  /** Called when the database fails to answer (the error says how), and again (null) when it answers once more. */
  readonly onAvailability?: (error: JournalError | null) => void;
}

export const POOL_BOUNDS: PoolBounds = { connections: 8, connectMs: 3000, statementMs: 5000, answerMs: 6000 };

const UNUSED_CONNECTION_MS = 30_000;
const KEEPALIVE_AFTER_MS = 10_000;
/**
 * The server ends a transaction whose process went silent, as whoever would take its lease has to wait for what is locked, and
 * cannot renew its own meanwhile: before a lease of the usual three seconds runs out. Shorter leases wait for this.
 */
const IDLE_IN_TRANSACTION_MS = 2000;

export type Parameter = string | number | boolean | null | ReadonlyArray<string | null>;

/** Statements with `$1`, `$2`, … for values. A failure of the database rejects with `JournalError`. */
export interface Statements {
  /** All rows. The caller names their type, which the schema promises. */
  all(sql: string, ...values: readonly Parameter[]): Promise<unknown[]>;
  /** The first row, or undefined. */
  get(sql: string, ...values: readonly Parameter[]): Promise<unknown>;
  /** How many rows it changed. */
  run(sql: string, ...values: readonly Parameter[]): Promise<number>;
}

/** Does not connect before the first statement. `close` ends it; other statements may not come after that. */
export class Connections implements Statements {
  readonly #pool: Pool;
  readonly #bounds: PoolBounds;
  readonly #onAvailability: (error: JournalError | null) => void;
  #isAvailable = true;
  #closing: Promise<void> | null = null;

  constructor(target: PostgresTarget, options: ConnectionsOptions = {}) {
    const { bounds = POOL_BOUNDS, onAvailability = () => undefined } = options;
    this.#bounds = bounds;
    this.#onAvailability = onAvailability;
    this.#pool = new Pool({
      host: target.host,
      port: target.port,
      database: target.database,
      ...(target.user === null ? {} : { user: target.user }),
      ssl: tlsOptions(target),
      application_name: 'rampart',
      max: bounds.connections,
      connectionTimeoutMillis: bounds.connectMs,
      statement_timeout: bounds.statementMs,
      query_timeout: bounds.answerMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      idleTimeoutMillis: UNUSED_CONNECTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
      types: wholeNumbers(),
    });
    // Of a connection that no one uses: the pool has removed it. Without a listener the process would end.
    this.#pool.on('error', () => undefined);
  }

  all(sql: string, ...values: readonly Parameter[]): Promise<unknown[]> {
    return this.#asked(async () => (await this.#pool.query<object>(sql, storable(values))).rows);
  }

  async get(sql: string, ...values: readonly Parameter[]): Promise<unknown> {
    return (await this.all(sql, ...values))[0];
  }

  run(sql: string, ...values: readonly Parameter[]): Promise<number> {
    return this.#asked(async () => (await this.#pool.query(sql, storable(values))).rowCount ?? 0);
  }

  /**
   * Everything in `work` happens, or nothing of it; if it rejects as `unavailable`, either may be so. What `work` rejects
   * with comes out as it is.
   */
  async transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const client = await this.#asked(() => this.#pool.connect());
    // An error between two statements reaches the next one.
    const quiet = (): void => undefined;
    client.on('error', quiet);
    const statements = onClient(client, (ask) => this.#asked(ask));
    try {
      await statements.run('BEGIN');
      const value = await work(statements);
      await statements.run('COMMIT');
      client.off('error', quiet);
      client.release();
      return value;
    } catch (error) {
      // The connection ends, and with it the transaction, whatever state both are in.
      client.release(true);
      throw error;
    }
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await withDatabaseTrouble(ask);
      if (!this.#isAvailable) this.#onAvailability(null);
      this.#isAvailable = true;
      return answer;
    } catch (error) {
      if (error instanceof JournalError && error.trouble === 'unavailable') {
        if (this.#isAvailable) this.#onAvailability(error);
        this.#isAvailable = false;
      }
      throw error;
    }
  }

  /** May be called twice. Waits for statements under way, within their bounds. */
  close(): Promise<void> {
    this.#closing ??= endsWithin(this.#bounds.answerMs, this.#pool.end());
    return this.#closing;
  }
}

function onClient(client: PoolClient, asked: <T>(ask: () => Promise<T>) => Promise<T>): Statements {
  const all = (sql: string, ...values: readonly Parameter[]): Promise<unknown[]> =>
    asked(async () => (await client.query<object>(sql, storable(values))).rows);
  return {
    all,
    get: async (sql, ...values) => (await all(sql, ...values))[0],
    run: (sql, ...values) => asked(async () => (await client.query(sql, storable(values))).rowCount ?? 0),
  };
}

/** PostgreSQL keeps no U+0000 in a text; it would only come from a broken answer of the cloud. */
const storable = (values: readonly Parameter[]): Parameter[] =>
  values.map((value) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '�') : value,
  );

/** `bigint` as a number: all of ours are times, counts and sequences below 2^53. */
function wholeNumbers(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}

/** Resolves with the work, or after so long without it. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, end]);
  clearTimeout(timer);
}
