// The journal as commands use it beside a running daemon. What is wrong with it is told in a sentence.
import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { JournalError, type JournalDesk, type Pause } from '../journal/journal.ts';
import { openSqliteDesk } from '../journal/sqlite/sqlite-desk.ts';
import { line, UsageError, type Io } from '../cli/io.ts';

/** Opens the journal of this config, and closes it after the work. A UsageError if there is none, or it fails. */
export async function withDesk<T>(config: Config, work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  const desk = openSqliteDesk(config.journal.file);
  if (!desk.ok) throw new UsageError(`${desk.error.message}. ${desk.error.advice}`);
  try {
    return await work(desk.value);
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  } finally {
    await desk.value.close();
  }
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
