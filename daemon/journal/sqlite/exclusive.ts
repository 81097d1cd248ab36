// A lock between processes that ends with its process, however that ends: an exclusive transaction on a database
// without tables.
import { JournalError } from '../journal.ts';
import { troubleOf } from '../trouble.ts';
import { Connection } from './connection.ts';
import { ownFile } from './own-file.ts';

/**
 * Null if another process, or another part of this one, holds it. The file is for our user alone, since whoever may read it
 * may lock it. Throws if it cannot be made or opened, or is no file.
 */
export function holdExclusively(file: string): Connection | null {
  const instead = ownFile(file);
  if (instead !== null) throw new JournalError('foreign', `${file} is ${instead} and not a lock of Rampart`);
  const lock = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  try {
    // So that a commit, which tells later starts something, does not free the lock.
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (troubleOf(error) !== 'locked') throw error;
    return null;
  }
}
