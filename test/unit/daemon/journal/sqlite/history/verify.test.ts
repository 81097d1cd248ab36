// A real journal, and what a hand can do to its history with SQL: found, and named.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWhole, type HistoryVerdict } from '../../../../../../daemon/journal/chain/verdict.ts';
import type { Journal, JournalDesk } from '../../../../../../daemon/journal/journal.ts';
import { RETENTION, type Retention } from '../../../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteDesk } from '../../../../../../daemon/journal/sqlite/sqlite-desk.ts';
import { openSqliteJournal } from '../../../../../../daemon/journal/sqlite/sqlite.ts';
import { DRAFT, GROUP } from '../../contract.ts';

const CHAIN = 'default/cn-hangzhou';
const BEIJING = { ...GROUP, region: 'cn-beijing' };

let folder: string;
let path: string;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-chain-'));
  path = join(folder, 'journal.db');
  nowMs = Date.UTC(2026, 10, 28);
});
afterEach(() => rmSync(folder, { recursive: true }));

let dice = 0;

function mustOpen(retention: Retention = RETENTION): Journal {
  const randomByte = () => (dice = (dice * 73 + 41) % 256);
  const opened = openSqliteJournal(path, { clock: { nowMs: () => (nowMs += 1) }, randomByte, retention });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

/** @returns the token */
async function closeOne(journal: Journal, group = GROUP): Promise<string> {
  const { clientToken } = await journal.openIntent({ ...DRAFT, group });
  await journal.closeIntent(clientToken, { result: 'applied', requestId: 'R', code: null });
  return clientToken;
}

/** Eight entries of Hangzhou, after each two of them one of Beijing; the tokens of Hangzhou's. */
async function recordEntries(): Promise<string[]> {
  const journal = mustOpen();
  const tokens: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    tokens.push(await closeOne(journal));
    if (n % 2 === 1) await closeOne(journal, BEIJING);
  }
  await journal.close();
  return tokens;
}

function byHand(sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

async function atDesk<T>(work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  const desk = openSqliteDesk(path);
  if (!desk.ok) throw new Error(desk.error.message);
  const done = await work(desk.value);
  await desk.value.close();
  return done;
}

const verify = (...heads: string[]): Promise<HistoryVerdict> => atDesk((desk) => desk.verifyHistory(heads));
const chainOf = ({ chains }: HistoryVerdict, name = CHAIN) => chains.find(({ chain }) => chain === name);

const COPIED = `account, region, group_id, revision, plan_hash, reconcile_id, step, operation, params, opened_at_ms, result,
  request_id, code, closed_at_ms, effect, chain, hash`;

describe('a hand in the history', () => {
  const where = (number: number) => `WHERE chain = '${CHAIN}' AND number = ${number}`;
  const columns = [
    ['revision', `'x'`],
    ['params', `json_set(params, '$.PortRange', '22/22')`],
    ['params', `'not JSON'`],
    ['effect', 'NULL'],
    ['result', `'failed'`],
    ['request_id', 'NULL'],
    ['group_id', `'sg-x'`],
    ['closed_at_ms', 'closed_at_ms + 1'],
    ['closed_at_ms', '9223372036854775807'],
    ['step', '9223372036854775807'],
    ['hash', `'x'`],
  ] as const;

  it.each(columns)('that sets %s of one entry to %s is found at that entry', async (column, value) => {
    const tokens = await recordEntries();
    byHand(`UPDATE history SET ${column} = ${value} ${where(5)}`);
    const verdict = await verify();
    expect(chainOf(verdict)).toMatchObject({
      entries: 8,
      head: { number: 4 },
      broken: { kind: 'changed', number: 5, expected: 5, entry: { clientToken: tokens[4] } },
    });
    expect(chainOf(verdict, 'default/cn-beijing')).toMatchObject({ entries: 4, broken: null });
    expect(isWhole(verdict)).toBe(false);
  });

  it.each([
    ['removes an entry', `DELETE FROM history ${where(5)}`, { kind: 'missing', number: 6, expected: 5 }, 5],
    [
      'removes the oldest entries',
      `DELETE FROM history WHERE chain = '${CHAIN}' AND number <= 3`,
      { kind: 'missing', number: 4, expected: 1 },
      3,
    ],
    [
      'puts in an entry with the number of another',
      `INSERT INTO history (client_token, number, ${COPIED}) SELECT 'put-in', number, ${COPIED} FROM history ${where(5)}`,
      { kind: 'out-of-order', number: 5, expected: 6, entry: { clientToken: 'put-in' } },
      null,
    ],
    [
      'puts in an entry at the end',
      `INSERT INTO history (client_token, number, ${COPIED}) SELECT 'put-in', 9, ${COPIED} FROM history ${where(8)}`,
      { kind: 'changed', number: 9, expected: 9, entry: { clientToken: 'put-in' } },
      null,
    ],
    [
      'swaps the numbers of two entries',
      `UPDATE history SET number = 11 - number WHERE chain = '${CHAIN}' AND number IN (5, 6)`,
      { kind: 'out-of-order', number: 5, expected: 5 },
      5,
    ],
    [
      'swaps the places of two entries',
      `UPDATE history SET seq = -seq WHERE chain = '${CHAIN}' AND number IN (5, 6);
       UPDATE history SET seq = (SELECT -sum(seq) FROM history WHERE seq < 0) + seq WHERE seq < 0`,
      { kind: 'out-of-order', number: 6, expected: 6 },
      5,
    ],
    [
      'swaps what two entries say',
      `CREATE TEMP TABLE kept AS SELECT number, step, revision, closed_at_ms FROM history ${where(5)} OR number = 6 AND chain = '${CHAIN}';
       UPDATE history SET closed_at_ms = (SELECT closed_at_ms FROM kept WHERE kept.number = 11 - history.number)
         WHERE chain = '${CHAIN}' AND number IN (5, 6)`,
      { kind: 'changed', number: 5, expected: 5 },
      4,
    ],
    [
      'moves an entry to another chain',
      `UPDATE history SET chain = 'default/cn-beijing' ${where(5)}`,
      { kind: 'missing', number: 6, expected: 5 },
      5,
    ],
    [
      'takes the hash from an entry',
      `UPDATE history SET hash = NULL ${where(5)}`,
      { kind: 'missing', number: 6, expected: 5 },
      5,
    ],
    [
      'notes a later end',
      `UPDATE chains SET number = 12 WHERE chain = '${CHAIN}'`,
      { kind: 'cut-off', number: 12, expected: 9, entry: null },
      null,
    ],
    [
      'forgets the chain',
      `DELETE FROM chains WHERE chain = '${CHAIN}'`,
      { kind: 'changed', number: 1, expected: 1 },
      0,
    ],
  ])('that %s is found', async (_, sql, broken, place) => {
    const tokens = await recordEntries();
    byHand(sql);
    const verdict = await verify();
    const entry = place === null ? {} : { entry: { clientToken: tokens[place] } };
    expect(chainOf(verdict)?.broken).toMatchObject({ ...broken, ...entry });
    expect(isWhole(verdict)).toBe(false);
  });

  it('that cuts off the end is found, by the noted end, and by a head kept elsewhere if that was changed as well', async () => {
    await recordEntries();
    const hash = chainOf(await verify())?.head?.hash ?? '';
    byHand(`DELETE FROM history WHERE chain = '${CHAIN}' AND number > 6`);
    const cut = await verify(hash);
    expect(chainOf(cut)?.broken).toEqual({ kind: 'cut-off', number: 8, expected: 7, entry: null });
    byHand(
      `UPDATE chains SET (number, hash) = (SELECT number, hash FROM history ${where(6)}) WHERE chain = '${CHAIN}'`,
    );
    expect(isWhole(await verify())).toBe(true);
    const verdict = await verify(hash);
    expect(isWhole(verdict)).toBe(false);
    expect(verdict.heads).toEqual([{ hash, found: null }]);
  });

  it('that takes all hashes away is found', async () => {
    await recordEntries();
    byHand('UPDATE history SET chain = NULL, number = NULL, hash = NULL');
    const verdict = await verify();
    expect(verdict.chains.map(({ broken }) => broken?.kind)).toEqual(['cut-off', 'cut-off']);
    expect(verdict.unlinked.entries).toBe(12);
  });

  it.each([
    ['forgets the chain', `DELETE FROM chains`],
    ['notes an earlier end', `UPDATE chains SET number = 3`],
    ['puts in the number that comes next', `UPDATE history SET number = 9 ${where(2)}`],
  ])('that %s does not keep Rampart from going on, and stays found', async (_, sql) => {
    await recordEntries();
    byHand(sql);
    const journal = mustOpen();
    await closeOne(journal);
    await journal.close();
    expect(isWhole(await verify())).toBe(false);
  });
});

describe('a history that no one touched is whole', () => {
  it('after its oldest entries went by their age, from the anchor on', async () => {
    const journal = mustOpen({ ...RETENTION, maxAgeMs: 100_000 });
    for (let n = 0; n < 100; n += 1) await closeOne(journal, n % 3 === 0 ? BEIJING : GROUP);
    const early = await journal.chainHeads();
    nowMs += 200_000;
    for (let n = 0; n < 100; n += 1) await closeOne(journal);
    const heads = await journal.chainHeads();
    await journal.close();
    const verdict = await verify(...[...early, ...heads].map(({ hash }) => hash));
    expect(isWhole(verdict)).toBe(true);
    expect(chainOf(verdict)).toMatchObject({ entries: 100, anchor: { number: 66 }, head: { number: 166 } });
    expect(chainOf(verdict, 'default/cn-beijing')).toMatchObject({ entries: 0, anchor: { number: 34 } });
    byHand(`DELETE FROM history WHERE seq = (SELECT min(seq) FROM history)`);
    expect(chainOf(await verify())?.broken).toMatchObject({ kind: 'missing', number: 68, expected: 67 });
    byHand(`INSERT INTO history (seq, client_token, ${COPIED}) SELECT 1, 'old', ${COPIED} FROM history LIMIT 1;
      UPDATE history SET chain = NULL WHERE seq = 1`);
    expect((await verify()).unlinked.broken).toMatchObject({ clientToken: 'old' });
  });

  it('before entries of an older Rampart, which are counted, and of which no change can be noticed', async () => {
    byHand(readFileSync('test/fixtures/journal/version-1.sql', 'utf8'));
    const journal = mustOpen();
    expect(await journal.verifyHistory([])).toMatchObject({ chains: [], unlinked: { entries: 1 } });
    await closeOne(journal);
    await journal.close();
    const verdict = await verify();
    expect(isWhole(verdict)).toBe(true);
    expect(verdict.chains).toMatchObject([{ chain: CHAIN, entries: 1, head: { number: 1 } }]);
    expect(verdict.unlinked).toMatchObject({ entries: 1, broken: null });
    byHand(`UPDATE history SET seq = 100 WHERE chain IS NULL`);
    expect((await verify()).unlinked.broken).toMatchObject({ group: GROUP });
  });

  it('while a daemon goes on writing, as it was when the look began', async () => {
    const journal = mustOpen();
    for (let n = 0; n < 230; n += 1) await closeOne(journal);
    const desk = openSqliteDesk(path);
    if (!desk.ok) throw new Error(desk.error.message);
    const told: Array<readonly [number, number]> = [];
    const looking = desk.value.verifyHistory([], (read, total) => told.push([read, total]));
    const looksItself = journal.verifyHistory([]);
    await closeOne(journal);
    expect(chainOf(await looking)).toMatchObject({ entries: 230, broken: null });
    expect(isWhole(await looksItself)).toBe(true);
    expect(told).toEqual([[200, 230]]);
    await desk.value.close();
    await journal.close();
    expect(chainOf(await verify())).toMatchObject({ entries: 231, broken: null });
  });

  it('after kills in the middle of closing', async () => {
    const program = resolve('test/support/journal-process.ts');
    for (const count of [3, 40]) {
      const args = ['--import', 'tsx', program, path, 'write'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const reader = createInterface({ input: child.stdout });
      const lines: string[] = [];
      reader.on('line', (line) => void lines.push(line));
      while (lines.length <= count) await once(reader, 'line');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const verdict = await verify();
    expect(isWhole(verdict)).toBe(true);
    expect(chainOf(verdict)?.entries).toBeGreaterThan(9);
  });

  it('where two processes have closed in turn, past the lock', async () => {
    const first = mustOpen();
    const early = await first.openIntent(DRAFT);
    rmSync(`${path}.lock`);
    const second = mustOpen();
    const mine = await closeOne(second);
    await first.closeIntent(early.clientToken, { result: 'applied', requestId: 'R', code: null });
    const last = await closeOne(second);
    const entries = await second.history({ group: {}, sinceMs: null, limit: 9 });
    expect(entries.map(({ clientToken }) => clientToken)).toEqual([mine, early.clientToken, last]);
    expect(isWhole(await second.verifyHistory([]))).toBe(true);
    await first.close();
    await second.close();
  });
});
