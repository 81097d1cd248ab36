// The journal of a config: ours alone while we write to the cloud, or as commands use it beside a running daemon. What
// is wrong with it is told in a sentence.
import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import {
  JournalError,
  type Journal,
  type JournalDesk,
  type JournalOpenFailure,
  type Pause,
} from '../journal/journal.ts';
import { RETENTION } from '../journal/sqlite/retention.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { openSqliteDesk } from '../journal/sqlite/sqlite-desk.ts';
import { ADVICE } from '../journal/trouble.ts';
import { randomByte } from './assemble.ts';
import { line, UsageError, type Io } from '../cli/io.ts';

/** The durable journal of this config, ours alone while we run; rejects with a UsageError that says how to go on. */
export function openJournal(config: Config): Promise<Journal> {
  const { file } = config.journal;
  const journal = openSqliteJournal(file, { clock: systemClock, randomByte, retention: RETENTION });
  if (journal.ok) return Promise.resolve(journal.value);
  return Promise.reject(notOpened(journal.error));
}

/** What the user is told of a journal that fails while we work. */
export const journalFailed = ({ message, trouble }: JournalError): UsageError =>
  new UsageError(`nothing more is written to the cloud, since ${message}. ${ADVICE[trouble]}`);

const notOpened = ({ message, advice }: JournalOpenFailure): UsageError =>
  new UsageError(`${message}. ${advice}`);

/** Opens the journal of this config, and closes it after the work. A UsageError if there is none, or it fails. */
export async function withDesk<T>(config: Config, work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  const desk = openSqliteDesk(config.journal.file);
  if (!desk.ok) throw notOpened(desk.error);
  return workAndClose(desk.value, work);
}

async function workAndClose<T>(desk: JournalDesk, work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  try {
    return await work(desk);
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  } finally {
    await desk.close();
  }
}

/**
 * Works with what the journal of a daemon beside us knows, and with nothing known where there is none, or none that
 * can be read: that is said, and whoever writes will find out.
 */
export async function withKnownFacts<T>(
  config: Config,
  { stderr }: Io,
  work: (desk: JournalDesk | null) => Promise<T>,
): Promise<T> {
  if (!existsSync(config.journal.file)) return work(null);
  const desk = openSqliteDesk(config.journal.file);
  if (!desk.ok) {
    line(stderr, `pauses, approvals and what was in force are not known: ${desk.error.message}`);
    return work(null);
  }
  return workAndClose(desk.value, work);
}

/**
 * The pauses in force. None without a journal: then no daemon has run here. If the journal cannot be read, for
 * example by another user than the daemon's, that is said, and whoever writes will find out.
 */
export async function pausesInForce(config: Config, { stderr }: Io): Promise<readonly Pause[]> {
  if (!existsSync(config.journal.file)) return [];
  try {
    return await withDesk(config, (desk) => desk.pauses(systemClock.nowMs()));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    line(stderr, `whether groups are paused is not known: ${error.message}`);
    return [];
  }
}
