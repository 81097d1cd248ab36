// What a replica can write of groups whose shard another one has taken: nothing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connections } from '../../../../../daemon/journal/postgres/connection.ts';
import { PostgresLeases } from '../../../../../daemon/journal/postgres/leases.ts';
import { migrateDatabase } from '../../../../../daemon/journal/postgres/migrate.ts';
import { PostgresJournal } from '../../../../../daemon/journal/postgres/postgres.ts';
import { LeaseLost, type Journal } from '../../../../../daemon/journal/journal.ts';
import { NO_GROUP_FACTS } from '../../../../../daemon/journal/facts.ts';
import { connectionsTo, emptyTables } from '../../../../support/database.ts';
import { postgresOfFile } from '../../../../support/postgres.ts';
import { takeShards } from '../../../../support/sole-lease.ts';
import { APPLIED, DRAFT, EVERYTHING, GROUP } from '../contract.ts';

const ELSEWHERE = { ...GROUP, region: 'cn-beijing' };

describe('a replica on PostgreSQL', () => {
  const postgres = postgresOfFile();
  let connections: Connections;
  let before: Journal;
  let database: Promise<string> | undefined;
  let dice = 0;

  beforeEach(async () => {
    connections = connectionsTo(await (database ??= postgres.freshDatabase()));
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    await emptyTables(connections);
    before = await replica('before');
  });
  afterEach(() => connections.close());

  /** Holds the shard of the group from now on. */
  async function replica(owner: string): Promise<Journal> {
    return new PostgresJournal(connections, {
      clock: { nowMs: () => 1000 },
      randomByte: () => (dice = (dice * 73 + 41) % 256),
      meta: { install: 'a1', shards: 1 },
      leases: await takeShards(connections, owner, [GROUP]),
      maxAgeMs: 1e12,
    });
  }

  async function handOver(): Promise<Journal> {
    await connections.run('UPDATE leases SET until = clock_timestamp()');
    return replica('after');
  }

  it('opens an intent under the epoch of its lease', async () => {
    const after = await handOver();
    expect((await after.openIntent(DRAFT)).clientToken).toMatch(/^rampart-a1-2-/);
  });

  it('opens no intent once its lease has run out, even if no other has taken it', async () => {
    await connections.run('UPDATE leases SET until = clock_timestamp()');
    await expect(before.openIntent(DRAFT)).rejects.toThrow(LeaseLost);
    expect(await before.openIntents(GROUP)).toEqual([]);
  });

  it('opens no intent where it never had a lease', async () => {
    await expect(before.openIntent({ ...DRAFT, group: ELSEWHERE })).rejects.toThrow(
      'the lease of default/cn-beijing',
    );
  });

  it('closes its intent after its lease has run out, while no other has taken it', async () => {
    const { clientToken } = await before.openIntent(DRAFT);
    await connections.run('UPDATE leases SET until = clock_timestamp()');
    await before.closeIntent(clientToken, APPLIED);
    expect(await before.history(EVERYTHING)).toMatchObject([{ clientToken, ...APPLIED }]);
  });

  it('leaves to the new owner what it had opened, before and after that one has closed it', async () => {
    const { clientToken } = await before.openIntent(DRAFT);
    const after = await handOver();
    await before.closeIntent(clientToken, APPLIED);
    expect(await after.openIntents(GROUP)).toMatchObject([{ clientToken }]);
    const superseded = { result: 'superseded', requestId: null, code: null } as const;
    await after.closeIntent(clientToken, superseded);
    await before.closeIntent(clientToken, APPLIED);
    expect(await after.history(EVERYTHING)).toMatchObject([{ clientToken, ...superseded }]);
  });

  it('notes nothing of a group that another has taken', async () => {
    await handOver();
    const notes = [
      () => before.mark(GROUP, { applied: 'r1' }),
      () => before.setFacts(GROUP, { takenOver: true }),
      () =>
        before.setWaiting(GROUP, {
          planHash: 'f00',
          desiredHash: 'd00',
          revision: 'r1',
          kinds: [],
          messages: [],
          losing: [],
          opening: [],
        }),
      () => before.forget(GROUP),
    ];
    for (const note of notes) await expect(note()).rejects.toThrow(LeaseLost);
    expect(await before.marks(GROUP)).toEqual({ attempted: null, applied: null });
    expect(await before.facts(GROUP)).toEqual(NO_GROUP_FACTS);
    expect(await before.waiting()).toEqual([]);
  });

  it('hands over a shard only after the intent that it was opening is there', async () => {
    const opening = connections.transaction(async (statements) => {
      await statements.get("SELECT 1 FROM leases WHERE shard = 'default/cn-hangzhou' FOR SHARE");
      const taken = handOver();
      const first = await Promise.race([taken, statements.get('SELECT pg_sleep(0.2)').then(() => 'waits')]);
      return { first, taken };
    });
    const { first, taken } = await opening;
    expect(first).toBe('waits');
    await taken;
  });

  it('notes nothing once it has released the lease itself', async () => {
    const leases = new PostgresLeases(connections, 1);
    await leases.release([{ shard: 'default/cn-hangzhou', owner: 'before', epoch: 1 }]);
    await expect(before.mark(GROUP, { applied: 'r1' })).rejects.toThrow(LeaseLost);
  });
});
