// What a journal makes beside itself is for its user alone, and nothing is made beside a file that is no journal.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holdExclusively } from '../../../../../daemon/journal/sqlite/exclusive.ts';
import { RETENTION } from '../../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../../../../daemon/journal/sqlite/sqlite.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-own-file-'));
  path = join(folder, 'journal.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (file = path) =>
  openSqliteJournal(file, {
    clock: { nowMs: () => 1_000_000_000_000 },
    randomByte: () => 7,
    retention: RETENTION,
  });

function failure(file = path) {
  const journal = open(file);
  if (journal.ok) throw new Error('the journal opened');
  return journal.error;
}

const rightsOf = (file: string): number => statSync(file).mode & 0o777;

it('every file and folder that a journal makes is for its user alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    const file = join(folder, 'state', 'journal.db');
    const journal = open(file);
    if (!journal.ok) throw new Error(journal.error.message);
    const made = readdirSync(join(folder, 'state')).sort();
    // The last is of the lock, which is held over its commits; it goes when the lock does.
    const files = ['', '-shm', '-wal', '.lock', '.lock-journal'].map((end) => `journal.db${end}`);
    expect(made).toEqual(files);
    expect(made.map((name) => rightsOf(join(folder, 'state', name)))).toEqual(made.map(() => 0o600));
    expect(rightsOf(join(folder, 'state'))).toBe(0o700);
    await journal.value.close();
  } finally {
    process.umask(before);
  }
});

it('a lock that others may read, made by an earlier version, is for its user alone from then on', async () => {
  const first = open();
  if (first.ok) await first.value.close();
  chmodSync(`${path}.lock`, 0o644);
  const second = open();
  expect(second.ok).toBe(true);
  expect(rightsOf(`${path}.lock`)).toBe(0o600);
  if (second.ok) await second.value.close();
});

it('a lock that someone reads is told as such, and the last owner as the last one', async () => {
  const journal = open();
  if (!journal.ok) throw new Error(journal.error.message);
  await journal.value.close();
  const reader = new DatabaseSync(`${path}.lock`, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM sqlite_master').all();
  const { trouble, message } = failure();
  expect(trouble).toBe('locked');
  expect(message).toContain(
    `is in use: another process has a lock on ${path}.lock; the last to open the journal was`,
  );
  expect(message).toContain(`process ${process.pid} on`);
  reader.close();
});

it.each<[string, string, () => string]>([
  [
    'a text file',
    'foreign',
    () => {
      const file = join(folder, 'notes.txt');
      writeFileSync(file, 'hosts, users and much else that is no database\n'.repeat(10));
      return file;
    },
  ],
  [
    'the database of another program',
    'foreign',
    () => {
      const file = join(folder, 'bookmarks.db');
      const db = new DatabaseSync(file);
      db.exec('PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT)');
      db.close();
      return file;
    },
  ],
  [
    'an empty file',
    'corrupt',
    () => {
      const file = join(folder, 'empty');
      writeFileSync(file, '');
      return file;
    },
  ],
  [
    'a folder',
    'foreign',
    () => {
      const other = join(folder, 'other');
      mkdirSync(other);
      return other;
    },
  ],
  ['a device', 'foreign', () => '/dev/null'],
])('beside %s to which the path leads no file is made', (_, trouble, target) => {
  const real = target();
  symlinkSync(real, path);
  const before = readdirSync(folder).sort();
  expect(failure()).toMatchObject({ trouble, message: expect.stringContaining(real) as string });
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(existsSync(`${real}.lock`)).toBe(false);
});

it('a link to nothing is refused, and stays: what it leads to may be away for a while', () => {
  symlinkSync(join(folder, 'away', 'journal.db'), path);
  expect(failure()).toMatchObject({
    trouble: 'io',
    message: expect.stringContaining('is a link to') as string,
  });
  expect(readdirSync(folder)).toEqual(['journal.db']);
});

it('a lock that is a link to another file is refused, and the file stays as it is', () => {
  const other = join(folder, 'precious');
  writeFileSync(other, '');
  symlinkSync(other, `${path}.lock`);
  expect(failure()).toMatchObject({
    trouble: 'foreign',
    message: expect.stringContaining('is a link') as string,
  });
  expect(readFileSync(other, 'utf8')).toBe('');
  expect(existsSync(path)).toBe(false);
});

it('the lock of a mirror is for its user alone too', () => {
  const before = process.umask(0);
  try {
    const lock = holdExclusively(join(folder, 'lock'));
    expect(rightsOf(join(folder, 'lock'))).toBe(0o600);
    lock?.close();
  } finally {
    process.umask(before);
  }
});
