import { afterEach, describe, expect, it } from 'vitest';
import { readPostgresUrl } from '../../../../../daemon/config/postgres-url.ts';
import { PostgresShares } from '../../../../../daemon/journal/postgres/call-shares.ts';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { connectionsTo, emptyTables } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { shareContract } from '../share-contract.ts';

describe('shares on PostgreSQL', () => {
  const postgres = postgresOfFile();
  const open: PostgresShares[] = [];
  let database: Promise<string> | undefined;

  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
  });

  function storeAt(url: string): PostgresShares {
    const target = readPostgresUrl(url);
    if (!target.ok) throw new Error(target.error);
    const store = new PostgresShares(target.value);
    open.push(store);
    return store;
  }

  shareContract(async () => {
    const url = await (database ??= postgres.freshDatabase());
    const connections = connectionsTo(url);
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    await emptyTables(connections);
    await connections.close();
    return { store: storeAt(url), another: () => Promise.resolve(storeAt(url)) };
  });

  it('says where there is no journal of this version', async () => {
    const store = storeAt(await postgres.freshDatabase());
    await expect(store.check()).rejects.toThrow('call_shares');
  });
});
