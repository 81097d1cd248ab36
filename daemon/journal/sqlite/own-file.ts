// Files that only our user may read or lock, and what must be so of a path before one is made beside it.
import { chmodSync, closeSync, lstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import type { JournalOpenFailure } from '../journal.ts';
import { openFailure } from '../trouble.ts';
import { APPLICATION_ID } from './schema.ts';

/**
 * Makes an empty file for our user alone, or takes the rights of others from the one of ours that is there; null, or what is
 * there instead. The file is not opened if there is one: to close it again would end the locks that this process has on it.
 */
export function ownFile(file: string): string | null {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const there = lstatSync(file);
  if (!there.isFile()) return kindOf(there);
  if ((there.mode & 0o077) !== 0 && there.uid === process.getuid?.()) chmodSync(file, 0o600);
  return null;
}

/** Where the header of an SQLite database has the application id. */
const ID_AT = 68;
const MAGIC = 'SQLite format 3\0';

/** Why no lock may be made beside this path, which leads to no link; null if a journal is there, or nothing. */
export function notAJournal(path: string): JournalOpenFailure | null {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return null;
  if (!there.isFile())
    return openFailure('foreign', `${path} is ${kindOf(there)} and not a journal of Rampart`);
  if (there.size === 0) return openFailure('corrupt', `${path} is empty`);
  const header = Buffer.alloc(ID_AT + 4);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, header, 0, header.length, 0);
  } finally {
    closeSync(fd);
  }
  const isOurs =
    header.toString('latin1', 0, MAGIC.length) === MAGIC && header.readUInt32BE(ID_AT) === APPLICATION_ID;
  return isOurs ? null : openFailure('foreign', `${path} is not a journal of Rampart`);
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isDirectory()) return 'a folder';
  return stats.isFile() ? 'a file' : 'a device, pipe or socket';
}
