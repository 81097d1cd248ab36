// Only one process may give out tokens: the lock on a journal, and the check that a file is still the one that is open.
import { existsSync, statSync } from 'node:fs';
import { err, ok } from '../../../reconciler/model/result.ts';
import { BUSY_TIMEOUT_MS, Connection } from './connection.ts';
import { holdExclusively } from './exclusive.ts';
import { JournalError } from '../journal.ts';
import { notAJournal } from './own-file.ts';
import { type Opened, openFailure, orFailure, troubleOf } from '../trouble.ts';

/** Held for the life of the process; the system frees it however the process ends. */
export interface FileLock {
  /** Whether there was a journal before. */
  readonly hadJournal: boolean;
  /** Notes for later starts that there is one. */
  noteJournal(): void;
  /** Throws `JournalError` if the lock was removed or replaced, so that another process may hold the new one. */
  check(): void;
  release(): void;
}

/**
 * The lock is an exclusive transaction on a database without tables beside the journal: an operating system lock that
 * also works between two journals of one process, and that leaves the journal itself open to readers. The database knows one thing: whether there was a journal.
 */
export function lockJournal(path: string): Opened<FileLock> {
  const file = `${path}.lock`;
  return orFailure(path, () => {
    if (!existsSync(file)) {
      const refusal = notAJournal(path);
      if (refusal !== null) return err(refusal);
    }
    const lock = holdExclusively(file);
    if (lock === null) return err(openFailure('locked', inUse(path, file)));
    // Not by a query: a connection with a statement gives its lock up late.
    const hadJournal = bytesOf(file) > 0;
    const noteJournal = () => {
      if (hadJournal) return;
      lock.exec('PRAGMA user_version = 1');
      lock.exec('COMMIT');
      lock.exec('BEGIN EXCLUSIVE');
    };
    return ok({ hadJournal, noteJournal, check: standsBy(file), release: () => lock.close() });
  });
}

/**
 * A check that the path still leads to the file that is open now. Where someone removed or replaced it, what is
 * written goes to a file without a name, and a second process could take the new one for its own. Throws `JournalError`.
 */
export function standsBy(path: string): () => void {
  const idOf = () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? '' : `${stats.dev} ${stats.ino}`;
  };
  const opened = idOf();
  return () => {
    if (idOf() === opened) return;
    throw new JournalError('io', `${path} was removed or replaced while it was in use`);
  };
}

/** Who holds the lock is not known: a process that only reads the file can, and who opened the journal last may have ended. */
const inUse = (path: string, file: string): string =>
  `the journal ${path} is in use: another process has a lock on ${file}${ownerOf(path)}`;

/** For the message only: who opens a journal writes down who it is. */
function ownerOf(path: string): string {
  try {
    const db = new Connection(path, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
    const row = db.get('SELECT owner FROM meta') as { owner: string | null } | undefined;
    db.close();
    const owner = row?.owner ?? null;
    return owner === null ? '' : `; the last to open the journal was ${owner}`;
  } catch (error) {
    if (troubleOf(error) === null) throw error;
    return '';
  }
}

/** Zero if there is no file. */
export const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
