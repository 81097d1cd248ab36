// A real PostgreSQL, and what a hand can do to the history there: found, and named. And what replicas do to it: nothing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWhole, type HistoryVerdict } from '../../../../../../daemon/journal/chain/verdict.ts';
import type { Journal } from '../../../../../../daemon/journal/journal.ts';
import type { Connections } from '../../../../../../daemon/journal/postgres/connection.ts';
import { migrateDatabase } from '../../../../../../daemon/journal/postgres/migrate.ts';
import { PostgresDesk } from '../../../../../../daemon/journal/postgres/postgres-desk.ts';
import { PostgresJournal } from '../../../../../../daemon/journal/postgres/postgres.ts';
import { connectionsTo, emptyTables } from '../../../../../support/database.ts';
import { postgresOfFile } from '../../../../../support/postgres.ts';
import { takeShards } from '../../../../../support/sole-lease.ts';
import { APPLIED, DRAFT, GROUP } from '../../contract.ts';

const CHAIN = 'default/cn-hangzhou';
const BEIJING = { ...GROUP, region: 'cn-beijing' };

describe('the history on PostgreSQL', () => {
  const postgres = postgresOfFile();
  let connections: Connections;
  let database: Promise<string> | undefined;
  let nowMs = 1000;
  let dice = 0;

  beforeEach(async () => {
    connections = connectionsTo(await (database ??= postgres.freshDatabase()));
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    await emptyTables(connections);
  });
  afterEach(() => connections.close());

  async function replica(owner: string, places = [GROUP, BEIJING], maxAgeMs = 1e12): Promise<Journal> {
    return new PostgresJournal(connections, {
      clock: { nowMs: () => (nowMs += 1) },
      randomByte: () => (dice = (dice * 73 + 41) % 256),
      meta: { install: 'a1', shards: 1 },
      leases: await takeShards(connections, owner, places),
      maxAgeMs,
    });
  }

  async function closeOne(journal: Journal, group = GROUP): Promise<string> {
    const { clientToken } = await journal.openIntent({ ...DRAFT, group });
    await journal.closeIntent(clientToken, APPLIED);
    return clientToken;
  }

  async function recordEntries(): Promise<string[]> {
    const journal = await replica('a');
    const tokens: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      tokens.push(await closeOne(journal));
      if (n % 2 === 1) await closeOne(journal, BEIJING);
    }
    return tokens;
  }

  const verify = (...heads: string[]): Promise<HistoryVerdict> =>
    new PostgresDesk(connections).verifyHistory(heads);
  const chainOf = ({ chains }: HistoryVerdict, name = CHAIN) => chains.find(({ chain }) => chain === name);
  const where = (number: number) => `WHERE chain = '${CHAIN}' AND number = ${number}`;

  it.each([
    [
      'changes an entry',
      `UPDATE history SET result = 'failed' ${where(5)}`,
      { kind: 'changed', number: 5 },
      4,
    ],
    [
      'spoils an entry',
      `UPDATE history SET params = 'no JSON' ${where(5)}`,
      { kind: 'changed', number: 5 },
      4,
    ],
    [
      'gives an entry a time that no date has',
      `UPDATE history SET closed_at_ms = 9223372036854775807 ${where(5)}`,
      { kind: 'changed', number: 5 },
      4,
    ],
    ['removes an entry', `DELETE FROM history ${where(5)}`, { kind: 'missing', number: 6, expected: 5 }, 5],
    [
      'swaps the numbers of two entries',
      `UPDATE history SET number = 11 - number WHERE chain = '${CHAIN}' AND number IN (5, 6)`,
      { kind: 'out-of-order', number: 5 },
      5,
    ],
    [
      'gives an entry the greatest number there is',
      `UPDATE history SET number = 9223372036854775807 ${where(5)}`,
      { kind: 'missing', number: 6, expected: 5 },
      5,
    ],
  ])('finds and names it where a hand %s', async (_, sql, broken, place) => {
    const tokens = await recordEntries();
    await connections.run(sql);
    const verdict = await verify();
    expect(chainOf(verdict)?.broken).toMatchObject({ ...broken, entry: { clientToken: tokens[place] } });
    expect(chainOf(verdict, 'default/cn-beijing')).toMatchObject({ entries: 4, broken: null });
    expect(isWhole(verdict)).toBe(false);
  });

  it('finds an end that was cut off, and with a head kept elsewhere also one that was noted so', async () => {
    await recordEntries();
    const hash = chainOf(await verify())?.head?.hash ?? '';
    await connections.run(`DELETE FROM history WHERE chain = '${CHAIN}' AND number > 6`);
    expect(chainOf(await verify())?.broken).toMatchObject({ kind: 'cut-off', number: 8, expected: 7 });
    await connections.run(
      `UPDATE chains SET (number, hash) = (SELECT number, hash FROM history ${where(6)}) WHERE chain = '${CHAIN}'`,
    );
    expect(isWhole(await verify())).toBe(true);
    expect(isWhole(await verify(hash))).toBe(false);
  });

  it('is whole where replicas close many at once, each in the chains of its shards, and over a hand-over', async () => {
    const [one, two] = await Promise.all([replica('one', [GROUP]), replica('two', [BEIJING])]);
    const closings = Array.from({ length: 15 }, () => [closeOne(one), closeOne(two, BEIJING)]).flat();
    await Promise.all(closings);
    await connections.run(`UPDATE leases SET until = clock_timestamp() WHERE shard = '${CHAIN}'`);
    const three = await replica('three', [GROUP]);
    const late = await Promise.allSettled(
      Array.from({ length: 5 }, () => [closeOne(one), closeOne(three)]).flat(),
    );
    expect(late.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const heads = await three.chainHeads();
    expect(heads.map(({ chain, number }) => [chain, number])).toEqual([
      ['default/cn-beijing', 15],
      [CHAIN, 20],
    ]);
    expect(isWhole(await verify(...heads.map(({ hash }) => hash)))).toBe(true);
  });

  it('is whole from its anchors where its oldest entries went by their age, whoever removed them', async () => {
    const [one, two] = await Promise.all([replica('one', [GROUP], 1000), replica('two', [BEIJING], 1000)]);
    for (let n = 0; n < 20; n += 1) await Promise.all([closeOne(one), closeOne(two, BEIJING)]);
    nowMs += 5000;
    for (let n = 0; n < 130; n += 1) await Promise.all([closeOne(one), closeOne(two, BEIJING)]);
    const verdict = await verify();
    expect(isWhole(verdict)).toBe(true);
    expect(verdict.chains).toMatchObject([
      { entries: 130, anchor: { number: 20 }, head: { number: 150 } },
      { entries: 130, anchor: { number: 20 }, head: { number: 150 } },
    ]);
  });

  it('is shown as it was when the look began, and tells how far it has come', async () => {
    const journal = await replica('one');
    for (let n = 0; n < 3; n += 1) await closeOne(journal);
    const told: Array<readonly [number, number]> = [];
    const desk = new PostgresDesk(connections);
    const verdict = await desk.verifyHistory([], (read, total) => told.push([read, total]));
    expect(told).toEqual([[3, 3]]);
    expect(chainOf(verdict)).toMatchObject({ entries: 3, broken: null });
  });
});
