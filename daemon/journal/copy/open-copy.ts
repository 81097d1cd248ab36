// Opens both ends of a copy of the journal, and closes them.
import type { JournalConfig } from '../../config/config.ts';
import { targetName, type PostgresTarget } from '../../config/postgres-url.ts';
import { err, type Result } from '../../../reconciler/model/result.ts';
import { JournalError, type JournalOpenFailure } from '../journal.ts';
import { Connections } from '../postgres/connection.ts';
import { migrateDatabase } from '../postgres/migrate.ts';
import { databaseFailure } from '../postgres/postgres-trouble.ts';
import { openDatabase, realPathOf } from '../sqlite/file.ts';
import { lockJournal } from '../sqlite/lock.ts';
import { randomPart } from '../token.ts';
import { copyJournal, type CopiedRows } from './copy-journal.ts';

/** The file must be of no running process, and is so until the copy is done. Makes the tables of the database. */
export async function copyToDatabase(
  { url, shards }: JournalConfig,
  target: PostgresTarget,
  randomByte: () => number,
): Promise<Result<CopiedRows, JournalOpenFailure>> {
  const real = realPathOf(url);
  if (!real.ok) return real;
  const lock = lockJournal(real.value);
  if (!lock.ok) return lock;
  try {
    const file = openDatabase(real.value, { migrate: true });
    if (!file.ok) return file;
    const connections = new Connections(target);
    const name = targetName(target);
    try {
      const create = { install: randomPart(randomByte), shards };
      const made = await migrateDatabase(connections, { create, name });
      return made.ok ? await copyJournal(file.value, connections, name) : made;
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return err(databaseFailure(error.trouble, `the journal cannot be copied to ${name}: ${error.message}`));
    } finally {
      file.value.close();
      await connections.close();
    }
  } finally {
    lock.value.release();
  }
}
