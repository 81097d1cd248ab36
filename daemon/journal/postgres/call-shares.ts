// Shares of the lanes in the database: one row a lane, by the clock of the database. It has connections of its own, few and
// with little patience: a lane that gets no answer goes on with its standing share.
import { served, type ShareRecord } from '../../shares/record.ts';
import type { ShareAnswer, ShareRequest, ShareStore } from '../../shares/share-store.ts';
import type { PostgresTarget } from '../../config/postgres-url.ts';
import { Connections, endsWithin, type PoolBounds, type Statements } from './connection.ts';

const BOUNDS: PoolBounds = { connections: 2, connectMs: 3000, statementMs: 2000, answerMs: 2500 };

/** The time is asked for once the row is ours, so that it never lies before what others have just written. */
const TAKE_ROW = `WITH row AS MATERIALIZED (SELECT record FROM call_shares WHERE lane = $1 FOR UPDATE)
  SELECT record, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs" FROM row`;

interface TakenRow {
  readonly record: string;
  readonly nowMs: number;
}

export class PostgresShares implements ShareStore {
  readonly #connections: Connections;
  readonly #bounds: PoolBounds;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(target: PostgresTarget, bounds = BOUNDS) {
    this.#connections = new Connections(target, { bounds });
    this.#bounds = bounds;
  }

  serve(lane: string, request: ShareRequest): Promise<ShareAnswer> {
    const work = this.#connections.transaction(async (statements) => {
      const row = await takenRow(statements, lane);
      const { record, answer } = served(JSON.parse(row.record) as ShareRecord, request, row.nowMs);
      await statements.run(
        'UPDATE call_shares SET record = $2 WHERE lane = $1',
        lane,
        JSON.stringify(record),
      );
      return answer;
    });
    const ended: Promise<unknown> = work.catch(() => undefined).then(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
    return work;
  }

  /** Rejects with `JournalError` if the database does not answer, or holds no journal of this version. */
  async check(): Promise<void> {
    await this.#connections.get('SELECT lane FROM call_shares LIMIT 1');
  }

  /** What the database does not hear in time it finds out by itself, a minute later. */
  async close(): Promise<void> {
    await endsWithin(this.#bounds.answerMs, Promise.all(this.#underWay));
    await this.#connections.close();
  }
}

async function takenRow(statements: Statements, lane: string): Promise<TakenRow> {
  const known = await statements.get(TAKE_ROW, lane);
  if (known !== undefined) return known as TakenRow;
  await statements.run(
    `INSERT INTO call_shares (lane, record) VALUES ($1, '{}') ON CONFLICT DO NOTHING`,
    lane,
  );
  return (await statements.get(TAKE_ROW, lane)) as TakenRow;
}
