// What SQLite and the file system report, as the kinds of trouble that a person can do something about.
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, type Result } from '../../reconciler/model/result.ts';
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

/** As `guarded`, for work in several turns. */
export async function withTroubleLater<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw told(error);
  }
}

function withTrouble<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw told(error);
  }
}

function told(error: unknown): unknown {
  const trouble = troubleOf(error);
  return trouble === null ? error : new JournalError(trouble, `the journal failed: ${messageOf(error)}`);
}

/** What a person can do about it. */
export const ADVICE: Readonly<Record<JournalTrouble, string>> = {
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
  unavailable:
    'check that the database of `journal.url` runs and can be reached; Rampart goes on when it is back',
  io: 'check the path in `journal.url` and the disk',
};

export function openFailure(trouble: JournalTrouble, message: string): JournalOpenFailure {
  return { trouble, message, advice: ADVICE[trouble] };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What comes of opening a journal: the open thing, or a failure that says how to go on. */
export type Opened<T> = Result<T, JournalOpenFailure>;

/** Runs the work; what goes wrong with the file comes out as a failure, a bug as it is. */
export function orFailure<T>(path: string, work: () => Opened<T>): Opened<T> {
  try {
    return work();
  } catch (error) {
    if (error instanceof JournalError) return err(openFailure(error.trouble, error.message));
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    const named = trouble === 'io' ? folderTrouble(path) : trouble;
    return err(openFailure(named, `the journal ${path} cannot be opened: ${messageOf(error)}`));
  }
}

/** SQLite says only that it cannot open a file, also where it may not make its log in the folder. */
function folderTrouble(path: string): JournalTrouble {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return 'io';
  } catch (error) {
    return troubleOf(error) ?? 'io';
  }
}
