// What SQLite and the file system report, as the kinds of trouble that a person can do something about.
import { JournalError, type JournalOpenFailure, type JournalTrouble } from './journal.ts';

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const SQLITE_TROUBLE: Readonly<Record<number, JournalTrouble>> = {
  3: 'readOnly', // PERM
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  8: 'readOnly', // READONLY
  10: 'io', // IOERR
  11: 'corrupt', // CORRUPT
  13: 'full', // FULL
  14: 'io', // CANTOPEN
  23: 'readOnly', // AUTH
  26: 'foreign', // NOTADB
};

const FILE_TROUBLE: Readonly<Record<string, JournalTrouble>> = {
  EACCES: 'readOnly',
  EPERM: 'readOnly',
  EROFS: 'readOnly',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

/** Null for what is not a failure of the journal but a bug. */
export function troubleOf(error: unknown): JournalTrouble | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (error.code === 'ERR_SQLITE_ERROR') {
    const primary = 'errcode' in error ? Number(error.errcode) & 0xff : NaN;
    return SQLITE_TROUBLE[primary] ?? null;
  }
  if (typeof error.code !== 'string' || !('syscall' in error)) return null;
  return FILE_TROUBLE[error.code] ?? 'io';
}

/**
 * Runs work on the journal, before it returns; its result or its failure comes by the promise. What went wrong with
 * the journal rejects with `JournalError`, a bug as it is.
 */
export function guarded<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(withTrouble(work)));
}

function withTrouble<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const trouble = troubleOf(error);
    throw trouble === null ? error : new JournalError(trouble, `the journal failed: ${messageOf(error)}`);
  }
}

const ADVICE: Readonly<Record<JournalTrouble, string>> = {
  locked:
    'stop the other process, or give this one a journal of its own; two must never write to the same groups',
  readOnly: 'make the file and its folder writable for this user, or name another path in `journal.url`',
  full: 'free space on the disk of the journal and start again',
  corrupt:
    'keep the file for inspection, then put back a backup or move it away together with its -wal, -shm and .lock files; ' +
    'without it, open calls of the last run are found again by reading the groups, but the history is gone',
  missing:
    'put back a backup; or, to begin a new one, remove its .lock file as well: open calls of the last run are found ' +
    'again by reading the groups, but the history and all pauses are gone',
  foreign: 'name the journal of this Rampart in `journal.url`, or install the Rampart that wrote the file',
  io: 'check the path in `journal.url` and the disk',
};

export function openFailure(trouble: JournalTrouble, message: string): JournalOpenFailure {
  return { trouble, message, advice: adviceOn(trouble) };
}

/** What a person can do about it. */
export const adviceOn = (trouble: JournalTrouble): string => ADVICE[trouble];

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
