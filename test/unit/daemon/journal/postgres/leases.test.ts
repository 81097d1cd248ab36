import { afterEach, describe } from 'vitest';
import type { Connections } from '../../../../../daemon/journal/postgres/connection.ts';
import { PostgresLeases } from '../../../../../daemon/journal/postgres/leases.ts';
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

  leaseContract(async () => {
    const connections = connectionsTo(await (database ??= postgres.freshDatabase()));
    open.push(connections);
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    await emptyTables(connections);
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
