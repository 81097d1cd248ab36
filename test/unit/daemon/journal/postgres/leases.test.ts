import { afterEach, describe, expect, it } from 'vitest';
import type { Connections } from '../../../../../daemon/journal/postgres/connection.ts';
import { PostgresLeases } from '../../../../../daemon/journal/postgres/leases.ts';
import type { HeldLease } from '../../../../../daemon/journal/ownership.ts';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { connectionsTo, emptyTables } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { leaseContract } from '../lease-contract.ts';

describe('leases on PostgreSQL', () => {
  const postgres = postgresOfFile();
  const open: Connections[] = [];
  let database: Promise<string> | undefined;

  afterEach(async () => {
    for (const connections of open.splice(0)) await connections.close();
  });

  async function emptyDatabase(): Promise<Connections> {
    const connections = connectionsTo(await (database ??= postgres.freshDatabase()));
    open.push(connections);
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    await emptyTables(connections);
    return connections;
  }

  it('are taken though their owner was stopped in a transaction that has locked them', async () => {
    const [stopped, other] = [await emptyDatabase(), await emptyDatabase()];
    await new PostgresLeases(stopped, 1).take('stopped', ['s'], 1);
    let taken: readonly HeldLease[] = [];
    const silent = stopped.transaction(async (statements) => {
      await statements.all('SELECT 1 FROM leases FOR UPDATE');
      taken = await new PostgresLeases(other, 1).take('other', ['s'], 1000);
    });
    await expect(silent).rejects.toMatchObject({ trouble: 'unavailable' });
    expect(taken).toMatchObject([{ owner: 'other', epoch: 2 }]);
  });

  leaseContract(async () => {
    const connections = await emptyDatabase();
    return {
      store: new PostgresLeases(connections, 1),
      // The clock of the database cannot be moved; what it is compared with can.
      pass: async (ms) => {
        const earlier = `- $1::float8 * interval '1 ms'`;
        await connections.run(`UPDATE leases SET until = until ${earlier}`, ms);
        await connections.run(`UPDATE replicas SET seen = seen ${earlier}`, ms);
      },
    };
  });
});
