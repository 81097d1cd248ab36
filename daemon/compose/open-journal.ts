import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Journal, JournalError } from '../journal/journal.ts';
import { RETENTION } from '../journal/sqlite/retention.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { adviceOn } from '../journal/trouble.ts';
import { randomByte } from './assemble.ts';
import { UsageError } from '../cli/io.ts';

/** The durable journal of this config, ours alone while we run; rejects with a UsageError that says how to go on. */
export function openJournal(config: Config): Promise<Journal> {
  const { file } = config.journal;
  const journal = openSqliteJournal(file, { clock: systemClock, randomByte, retention: RETENTION });
  if (journal.ok) return Promise.resolve(journal.value);
  return Promise.reject(new UsageError(`${journal.error.message}. ${journal.error.advice}`));
}

/** What the user is told of a journal that fails while we work. */
export const journalFailed = ({ message, trouble }: JournalError): UsageError =>
  new UsageError(`nothing more is written to the cloud, since ${message}. ${adviceOn(trouble)}`);
