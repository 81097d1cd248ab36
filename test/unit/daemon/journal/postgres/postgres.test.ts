// The journal on a real PostgreSQL keeps to what every journal keeps to.
import { describe } from 'vitest';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { PostgresJournal } from '../../../../../daemon/journal/postgres/postgres.ts';
import { RETENTION } from '../../../../../daemon/journal/sqlite/retention.ts';
import { connectionsTo, emptyTables } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { takeShards } from '../../../../support/sole-lease.ts';
import { GROUP, journalContract, NEIGHBOURS, type JournalPlace } from '../contract.ts';
import { factsContract } from '../facts-contract.ts';

describe('the journal on PostgreSQL', () => {
  const postgres = postgresOfFile();

  /** To make a database takes longer than a test. */
  let database: Promise<string> | undefined;

  function postgresPlace(): JournalPlace {
    const url = (database ??= postgres.freshDatabase());
    return {
      open: async (ports) => {
        const connections = connectionsTo(await url);
        const create = { install: 'a1', shards: 1 };
        const meta = await migrateDatabase(connections, { create, name: 'database x' });
        if (!meta.ok) throw new Error(meta.error.message);
        const places = [GROUP, ...NEIGHBOURS.map(({ neighbour }) => neighbour)];
        const leases = await takeShards(connections, 'me', places);
        const { maxAgeMs } = RETENTION;
        return new PostgresJournal(connections, { ...ports, meta: meta.value, leases, maxAgeMs });
      },
      remove: async () => {
        const connections = connectionsTo(await url);
        await emptyTables(connections);
        await connections.close();
      },
    };
  }

  // Each by itself: what one does before its tests is not for those of the other.
  describe('as a journal', () => journalContract('PostgreSQL', postgresPlace));
  describe('as a place of facts', () => factsContract('PostgreSQL', postgresPlace));
});
