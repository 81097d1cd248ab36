// A transaction that does not wait for the disk, and those that follow it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../../../daemon/journal/sqlite/connection.ts';

const FULL = 2;
const NORMAL = 1;

let folder: string;
let db: Connection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-connection-'));
  db = new Connection(join(folder, 'a.db'), { readOnly: false, busyTimeoutMs: 0 });
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE t (a INTEGER)');
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

describe('a transaction that does not wait for the disk', () => {
  it('is followed by ones that do', () => {
    const during = db.quickTransaction(() => {
      db.run('INSERT INTO t VALUES (1)');
      return db.pragma('synchronous');
    });
    expect([during, db.pragma('synchronous')]).toEqual([NORMAL, FULL]);
    expect(db.all('SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  it('is undone as a whole by what it throws, and is followed by ones that do', () => {
    const work = (): void => {
      db.run('INSERT INTO t VALUES (1)');
      throw new Error('no');
    };
    expect(() => db.quickTransaction(work)).toThrow('no');
    expect(db.all('SELECT a FROM t')).toEqual([]);
    expect(db.pragma('synchronous')).toBe(FULL);
  });
});
