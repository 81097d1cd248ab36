// Whether a daemon of this config could write its journal, and hold it. Nothing is made: a journal that no one has begun
// is judged by the folder that it would be made in.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError, type Io } from '../../cli/io.ts';
import { shellWord } from '../../cli/invocation.ts';
import { shownPath, type CommonFlags } from '../../compose/setup.ts';
import type { Config, JournalConfig } from '../../config/config.ts';
import type { PostgresTarget } from '../../config/postgres-url.ts';
import { ioReason, isIoError } from '../../io-reason.ts';
import { JournalError } from '../../journal/journal.ts';
import { BUSY_TIMEOUT_MS, Connection } from '../../journal/sqlite/connection.ts';
import { holdExclusively } from '../../journal/sqlite/exclusive.ts';
import { inspectDatabase } from '../../journal/postgres/inspect.ts';
import { databaseOf } from '../../journal/postgres/open.ts';
import { notAJournal } from '../../journal/sqlite/own-file.ts';
import { SCHEMA_VERSION } from '../../journal/sqlite/schema.ts';
import { openSqliteDesk } from '../../journal/sqlite/sqlite-desk.ts';
import { ADVICE, troubleOf } from '../../journal/trouble.ts';
import { ownDaemon } from '../status/ask-daemon.ts';
import { broken, doubtful, fine, type DoctorCheck } from './check.ts';

export async function journalChecks(config: Config, flags: CommonFlags, io: Io): Promise<DoctorCheck> {
  const target = databaseOf(config.journal);
  return target === null ? fileChecks(config, flags, io) : databaseCheck(target, config.journal);
}

async function databaseCheck(target: PostgresTarget, { shards }: JournalConfig): Promise<DoctorCheck> {
  const inspected = await inspectDatabase(target);
  if (!inspected.ok) return broken('journal', inspected.error.message, inspected.error.advice);
  const { name, shards: known } = inspected.value;
  if (known === null) return fine('journal', `${name} is empty; the first start makes the journal there`);
  return known === shards
    ? fine('journal', `the journal in ${name} is writable`)
    : broken(
        'journal',
        `the journal in ${name} has journal.shards ${known}, and this config says ${shards}`,
        `write \`journal.shards: ${known}\``,
      );
}

async function fileChecks(config: Config, flags: CommonFlags, io: Io): Promise<DoctorCheck> {
  const { url: file } = config.journal;
  const shown = shownPath(file, io);
  const home = path.dirname(path.resolve(io.cwd, file));
  const folder = nearestFolder(home);
  const unwritable = whyUnwritable(folder);
  if (unwritable !== null) {
    return broken(
      'journal',
      `${shown} cannot be written: ${folder}: ${unwritable}`,
      `\`sudo install -d -o "$(id -un)" -m 700 ${shellWord(home)}\`, or name another path in \`journal.url\``,
    );
  }
  if (!existsSync(file))
    return fine('journal', `${shown} is made at the first start; its folder is writable`);
  const unwritableFile = whyUnwritable(file);
  if (unwritableFile !== null) {
    const name = shellWord(file);
    const cure = `\`sudo chown "$(id -un)" ${name} && sudo chmod u+rw ${name}\`, or name another path in \`journal.url\``;
    return broken('journal', `${shown} cannot be written: ${unwritableFile}`, cure);
  }
  if (isOlder(file)) {
    const cure = 'none is needed: `rampart run` brings it up to date at its start';
    return doubtful('journal', `${shown} was written by an older Rampart`, cure);
  }
  const desk = openSqliteDesk(file);
  if (!desk.ok) return broken('journal', desk.error.message, desk.error.advice);
  await desk.value.close();
  return lockCheck(config, flags, io);
}

/** A daemon migrates such a journal; whoever stands beside one may not. */
function isOlder(file: string): boolean {
  if (notAJournal(file) !== null) return false;
  const db = new Connection(file, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    return db.pragma('user_version') < SCHEMA_VERSION;
  } catch (error) {
    if (troubleOf(error) === null) throw error;
    return false;
  } finally {
    db.close();
  }
}

/** Above a folder that is not there yet, as `mkdir -p` would find it. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || path.dirname(folder) === folder ? folder : nearestFolder(path.dirname(folder));
}

function whyUnwritable(place: string): string | null {
  try {
    const isFolder = statSync(place).isDirectory();
    accessSync(place, constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0));
    return null;
  } catch (error) {
    if (!isIoError(error)) throw error;
    return ioReason(error);
  }
}

/** The daemon is asked first: while none runs, no one minds that the lock is held for a moment. */
async function lockCheck(config: Config, flags: CommonFlags, io: Io): Promise<DoctorCheck> {
  const shown = shownPath(config.journal.url, io);
  const daemon = await daemonOf(flags, io);
  if (daemon.url !== null)
    return fine('journal', `${shown} is held by the daemon of this config, ${daemon.url}`);
  try {
    const lock = holdExclusively(`${config.journal.url}.lock`);
    if (lock !== null) {
      lock.close();
      return fine('journal', `${shown} is writable, and can be locked`);
    }
  } catch (error) {
    if (error instanceof JournalError) return broken('journal', error.message, ADVICE[error.trouble]);
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return broken('journal', `${shown}.lock cannot be locked: ${message}`, ADVICE[trouble]);
  }
  const message = `another process holds ${shown}.lock; ${daemon.why}`;
  // What cannot be asked may be the daemon of this config.
  return config.http.listen === null || config.http.listen.port === 0
    ? doubtful('journal', message, 'if that is not the daemon of this config: ' + ADVICE.locked)
    : broken('journal', message, ADVICE.locked);
}

interface AskedDaemon {
  /** Null: none of this config answers. */
  readonly url: string | null;
  readonly why: string;
}

async function daemonOf(flags: CommonFlags, io: Io): Promise<AskedDaemon> {
  try {
    const { url } = await ownDaemon(flags, io);
    return { url: new URL(url).origin, why: '' };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { url: null, why: error.message.split(';')[0] ?? '' };
  }
}
