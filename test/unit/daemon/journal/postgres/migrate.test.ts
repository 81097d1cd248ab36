import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connections } from '../../../../../daemon/journal/postgres/connection.ts';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { POSTGRES_MIGRATIONS } from '../../../../../daemon/journal/postgres/schema.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { connectionsTo } from '../../../../support/database.ts';

describe('the schema of a journal on PostgreSQL', () => {
  const postgres = postgresOfFile();
  let url: string;
  let connections: Connections;
  const open = { create: { install: 'a1', shards: 1 }, name: 'database x' };
  const NEXT = [...POSTGRES_MIGRATIONS, 'ALTER TABLE plans ADD COLUMN more text'];

  beforeEach(async () => {
    url = await postgres.freshDatabase();
    connections = connectionsTo(url);
  });
  afterEach(() => connections.close());

  it('is made once, and the first one decides what it begins with', async () => {
    const first = await migrateDatabase(connections, open);
    const second = await migrateDatabase(connections, { ...open, create: { install: 'b2', shards: 9 } });
    expect(first).toEqual({
      ok: true,
      value: { install: 'a1', shards: 1, version: POSTGRES_MIGRATIONS.length },
    });
    expect(second).toEqual(first);
  });

  it('is made once by replicas that start at the same time', async () => {
    const pools = Array.from({ length: 5 }, () => connectionsTo(url));
    const opened = await Promise.all(
      pools.map((pool, at) =>
        migrateDatabase(pool, { ...open, create: { install: `r${at}`, shards: at + 1 } }),
      ),
    );
    const installs = opened.map((each) => (each.ok ? each.value.install : each.error.message));
    expect(new Set(installs).size).toBe(1);
    await Promise.all(pools.map((pool) => pool.close()));
  });

  it('is brought to the next version with what it holds', async () => {
    await migrateDatabase(connections, { ...open, create: { install: 'a1', shards: 4 } });
    const migrated = await migrateDatabase(connections, { ...open, migrations: NEXT });
    expect(migrated).toEqual({ ok: true, value: { install: 'a1', shards: 4, version: NEXT.length } });
    await connections.run("INSERT INTO plans (hash, body, saved_at_ms, more) VALUES ('h', 'b', 1, 'm')");
  });

  it('is as before where a migration fails half-way', async () => {
    await migrateDatabase(connections, open);
    const broken = [...NEXT, 'ALTER TABLE no_such_table ADD COLUMN more text'];
    await expect(migrateDatabase(connections, { ...open, migrations: broken })).rejects.toThrow(
      'no_such_table',
    );
    expect(await migrateDatabase(connections, open)).toMatchObject({ ok: true });
    expect(await connections.all('SELECT * FROM plans')).toEqual([]);
    await expect(connections.all('SELECT more FROM plans')).rejects.toThrow('more');
  });

  it('of a newer Rampart is refused by an older one, which says so', async () => {
    await migrateDatabase(connections, { ...open, migrations: NEXT });
    for (const create of [open.create, null]) {
      const refused = await migrateDatabase(connections, { ...open, create });
      expect(refused).toMatchObject({ ok: false, error: { trouble: 'foreign' } });
      expect(refused.ok ? '' : refused.error.message).toContain('newer Rampart (schema 3, we know 2)');
    }
  });

  it('is not made by a command, and not migrated by one', async () => {
    const command = { ...open, create: null };
    expect(await migrateDatabase(connections, command)).toMatchObject({ error: { trouble: 'missing' } });
    await migrateDatabase(connections, open);
    const behind = await migrateDatabase(connections, { ...command, migrations: NEXT });
    expect(behind).toMatchObject({ error: { trouble: 'foreign' } });
    expect(behind.ok ? '' : behind.error.message).toContain('older Rampart; start `rampart run` once');
  });

  it('does not mix with the tables of something else', async () => {
    await connections.all('CREATE TABLE customers (id integer)');
    const refused = await migrateDatabase(connections, open);
    expect(refused).toMatchObject({ ok: false, error: { trouble: 'foreign' } });
    expect(refused.ok ? '' : refused.error.message).toContain('customers');
    expect(await connections.all("SELECT 1 FROM pg_tables WHERE tablename = 'meta'")).toEqual([]);
  });
});
