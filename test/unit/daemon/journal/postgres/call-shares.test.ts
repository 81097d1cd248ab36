import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readPostgresUrl } from '../../../../../daemon/config/postgres-url.ts';
import { PostgresShares } from '../../../../../daemon/journal/postgres/call-shares.ts';
import type { PoolBounds } from '../../../../../daemon/journal/postgres/connection.ts';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { connectionsTo, emptyTables } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { shareContract, shareRequest } from '../share-contract.ts';

describe('shares on PostgreSQL', () => {
  const postgres = postgresOfFile();
  const open: PostgresShares[] = [];
  let database: Promise<string> | undefined;

  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
  });

  function storeAt(url: string, bounds?: PoolBounds): PostgresShares {
    const target = readPostgresUrl(url);
    if (!target.ok) throw new Error(target.error);
    const store = new PostgresShares(target.value, bounds);
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

  it('is closed while the database has not answered what was asked of it', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const bounds = { connections: 1, connectMs: 60_000, statementMs: 10, answerMs: 10 };
    const store = storeAt(`postgres://rampart@127.0.0.1:${port}/rampart`, bounds);
    const ended: string[] = [];
    const served = store.serve('lane', shareRequest('a', 1)).catch(() => ended.push('served'));
    await store.close();
    ended.push('closed');
    for (const socket of sockets) socket.destroy();
    silent.close();
    await served;
    expect(ended).toEqual(['closed', 'served']);
  });

  it('says where there is no journal of this version', async () => {
    const store = storeAt(await postgres.freshDatabase());
    await expect(store.check()).rejects.toThrow('call_shares');
  });
});
