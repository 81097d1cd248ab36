// The leases of shards in the database, by its clock. Rows are locked in one order, that of the shards, so that replicas that
// ask at the same time wait for one another instead of both being sent away.
import type { KnownLease, LeaseStore, LeaseView, Replica, SeenReplica } from '../leases.ts';
import type { HeldLease } from '../ownership.ts';
import { JournalError } from '../journal.ts';
import type { Connections, Parameter, Statements } from './connection.ts';

const UNTIL = (parameter: string): string => `clock_timestamp() + ${parameter}::float8 * interval '1 ms'`;

/** Milliseconds from the second to the first. */
const BETWEEN = (later: string, earlier: string): string =>
  `(extract(epoch FROM (${later} - ${earlier})) * 1000)::float8`;

/** Of the leases that are named by three lists, those that are one's own under this epoch, locked. */
const OWN_LEASES = `SELECT l.shard FROM leases l
  JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS held (shard, owner, epoch)
  ON l.shard = held.shard AND l.owner = held.owner AND l.epoch = held.epoch`;

export class PostgresLeases implements LeaseStore {
  readonly #connections: Connections;
  readonly #shardsPerPlace: number;

  /** @param shardsPerPlace as this process counts: where the database says otherwise, it may take no lease. */
  constructor(connections: Connections, shardsPerPlace: number) {
    this.#connections = connections;
    this.#shardsPerPlace = shardsPerPlace;
  }

  renew(replica: Replica, held: readonly HeldLease[], leaseMs: number): Promise<LeaseView> {
    return this.#connections.transaction(async (statements) => {
      await statements.run(
        `INSERT INTO replicas (id, seen, host, version) VALUES ($1, clock_timestamp(), $2, $3)
         ON CONFLICT (id) DO UPDATE SET seen = clock_timestamp()`,
        replica.id,
        replica.host,
        replica.version,
      );
      await extendLeases(statements, held, leaseMs);
      return readView(statements);
    });
  }

  /** As `renew`, for a process that takes no part in dividing the shards. */
  extend(held: readonly HeldLease[], leaseMs: number): Promise<void> {
    return extendLeases(this.#connections, held, leaseMs);
  }

  take(owner: string, shards: readonly string[], leaseMs: number): Promise<readonly HeldLease[]> {
    const wanted = [...new Set(shards)].sort();
    return this.#connections.transaction(async (statements) => {
      await this.#sameShards(statements);
      const taken = await statements.all(
        `INSERT INTO leases AS l (shard, owner, epoch, until)
           SELECT shard, $2, 1, ${UNTIL('$3')} FROM unnest($1::text[]) AS wanted (shard) ORDER BY shard COLLATE "C"
         ON CONFLICT (shard) DO UPDATE SET owner = EXCLUDED.owner, epoch = l.epoch + 1, until = ${UNTIL('$3')}
           WHERE l.owner IS NULL OR l.owner = EXCLUDED.owner OR l.until <= clock_timestamp()
         RETURNING shard, owner, epoch`,
        wanted,
        owner,
        leaseMs,
      );
      return taken as HeldLease[];
    });
  }

  /** Until the transaction ends nothing may change their number. */
  async #sameShards(statements: Statements): Promise<void> {
    const row = await statements.get('SELECT shards FROM meta FOR SHARE');
    const { shards } = row as { readonly shards: number };
    if (shards === this.#shardsPerPlace) return;
    throw new JournalError(
      'foreign',
      `the journal has journal.shards ${shards} by now, and this replica counts with ${this.#shardsPerPlace}`,
    );
  }

  async release(held: readonly HeldLease[]): Promise<void> {
    await this.#connections.run(
      `WITH own AS (${OWN_LEASES} ORDER BY 1 FOR UPDATE OF l)
       UPDATE leases SET owner = NULL, until = clock_timestamp() WHERE shard IN (SELECT shard FROM own)`,
      ...listsOf(held),
    );
  }

  leave(owner: string): Promise<void> {
    return this.#connections.transaction(async (statements) => {
      await statements.run(
        `WITH own AS (SELECT shard FROM leases WHERE owner = $1 ORDER BY shard FOR UPDATE)
         UPDATE leases SET owner = NULL, until = clock_timestamp() WHERE shard IN (SELECT shard FROM own)`,
        owner,
      );
      await statements.run('DELETE FROM replicas WHERE id = $1', owner);
    });
  }

  view(): Promise<LeaseView> {
    return readView(this.#connections);
  }
}

async function extendLeases(
  statements: Statements,
  held: readonly HeldLease[],
  leaseMs: number,
): Promise<void> {
  if (held.length === 0) return;
  await statements.run(
    `WITH own AS (${OWN_LEASES} ORDER BY 1 FOR UPDATE OF l)
     UPDATE leases SET until = ${UNTIL('$4')}
     WHERE shard IN (SELECT shard FROM own) AND until > clock_timestamp()`,
    ...listsOf(held),
    leaseMs,
  );
}

async function readView(statements: Statements): Promise<LeaseView> {
  const leases = await statements.all(
    `SELECT shard, owner, epoch, ${BETWEEN('until', 'clock_timestamp()')} AS "leftMs" FROM leases ORDER BY shard`,
  );
  const replicas = await statements.all(
    `SELECT id, host, version, ${BETWEEN('clock_timestamp()', 'seen')} AS "quietMs" FROM replicas ORDER BY id`,
  );
  return { leases: leases as KnownLease[], replicas: replicas as SeenReplica[] };
}

function listsOf(held: readonly HeldLease[]): Parameter[] {
  return [
    held.map(({ shard }) => shard),
    held.map(({ owner }) => owner),
    held.map(({ epoch }) => String(epoch)),
  ];
}
