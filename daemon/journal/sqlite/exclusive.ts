// A lock between processes that ends with its process, however that ends: an exclusive transaction on a database
// without tables.
import { troubleOf } from '../trouble.ts';
import { Connection } from './connection.ts';

/** Null if another process, or another part of this one, holds it. Throws if the file cannot be made or opened. */
export function holdExclusively(file: string): Connection | null {
  const lock = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (troubleOf(error) !== 'locked') throw error;
    return null;
  }
}
