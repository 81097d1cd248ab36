// Another number of shards, on a real server: only where no replica holds a lease, and none that counts otherwise takes one.
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { readPostgresUrl } from '../../../../../daemon/config/postgres-url.ts';
import type { Connections } from '../../../../../daemon/journal/postgres/connection.ts';
import { PostgresLeases } from '../../../../../daemon/journal/postgres/leases.ts';
import { migrateDatabase, readMeta } from '../../../../../daemon/journal/postgres/migrate.ts';
import { reshardDatabase } from '../../../../../daemon/journal/postgres/reshard.ts';
import { connectionsTo } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';

const REPLICA = { id: 'r1', host: 'host-1', version: '1' };
const SHARD = 'default/cn-hangzhou';
const LONG_MS = 3_600_000;

describe('the number of shards', () => {
  const postgres = postgresOfFile();
  let connections: Connections;
  let url: string;

  const reshard = (shards: number) => {
    const target = readPostgresUrl(url);
    if (!target.ok) throw new Error(target.error);
    return reshardDatabase(target.value, shards);
  };
  const shardsNow = async () => (await readMeta(connections))?.shards;

  beforeEach(async () => {
    url = await postgres.freshDatabase();
    connections = connectionsTo(url);
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
  });
  afterEach(() => connections.close());

  it('is changed where all leases are given up, and the others take none any more', async () => {
    const before = new PostgresLeases(connections, 1);
    await before.take('r1', [SHARD], LONG_MS);
    await before.leave('r1');
    expect(await reshard(4)).toEqual({ ok: true, value: { before: 1, after: 4 } });
    expect(await shardsNow()).toBe(4);
    await expect(before.take('r1', [SHARD], LONG_MS)).rejects.toMatchObject({
      trouble: 'foreign',
      message: 'the journal has journal.shards 4 by now, and this replica counts with 1',
    });
    const after = new PostgresLeases(connections, 4);
    expect(await after.take('r2', [`${SHARD}#0`], LONG_MS)).toHaveLength(1);
  });

  it('stays where a lease is held, and who holds it is named', async () => {
    const leases = new PostgresLeases(connections, 1);
    await leases.renew(REPLICA, [], LONG_MS);
    await leases.take('r1', [SHARD], LONG_MS);
    expect(await reshard(4)).toMatchObject({
      ok: false,
      error: { trouble: 'locked', message: `r1 on host-1 looks after ${SHARD}, at least for another 3600 s` },
    });
    expect(await shardsNow()).toBe(1);
  });

  it('is changed where a lease has run out', async () => {
    const leases = new PostgresLeases(connections, 1);
    await leases.take('r1', [SHARD], 0);
    expect(await reshard(2)).toMatchObject({ ok: true });
  });

  it('is changed before a lease is taken, or after, and never meanwhile', async () => {
    const leases = new PostgresLeases(connections, 1);
    for (let round = 0; round < 20; round += 1) {
      await connections.run('UPDATE meta SET shards = 1');
      const [taken, changed] = await Promise.allSettled([leases.take('r1', [SHARD], LONG_MS), reshard(2)]);
      const wasTaken = taken.status === 'fulfilled' && taken.value.length === 1;
      const wasChanged = changed.status === 'fulfilled' && changed.value.ok;
      expect({ wasTaken, wasChanged }).toEqual({ wasTaken: !wasChanged, wasChanged: !wasTaken });
      await leases.leave('r1');
    }
  });

  it('of a database without a journal is not changed', async () => {
    url = await postgres.freshDatabase();
    expect(await reshard(2)).toMatchObject({ ok: false, error: { trouble: 'missing' } });
  });
});
