// From a path to an open, checked and migrated database. Two rules stand behind all of it: a journal that
// cannot be trusted is refused, never replaced; and the file is there whole or not at all.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { err, ok } from '../../../reconciler/model/result.ts';
import { BUSY_TIMEOUT_MS, Connection } from './connection.ts';
import type { JournalOpenFailure } from '../journal.ts';
import { bytesOf, type FileLock } from './lock.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { type Opened, openFailure, orFailure } from '../trouble.ts';

/** The write-ahead log is cut back to this after a checkpoint. */
const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

const WRITABLE = { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS };

/** Where the journal really is, whatever links lead there. Makes its folder, which must be writable for its log. */
export function realPathOf(path: string): Opened<string> {
  return orFailure(path, () => {
    const refusal = danglingLink(path);
    if (refusal !== null) return err(refusal);
    mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
    const folder = realpathSync(dirname(resolve(path)));
    const real = existsSync(path) ? realpathSync(path) : join(folder, basename(path));
    accessSync(dirname(real), constants.W_OK);
    return ok(real);
  });
}

/** A journal made in the place of such a link would begin a new history where the old one is away for a while. */
function danglingLink(path: string): JournalOpenFailure | null {
  if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
  return openFailure('io', `${path} is a link to ${readlinkSync(path)}, which does not exist`);
}

/** Makes the journal if there never was one. Call with the lock held. */
export function createIfMissing(path: string, install: string, lock: FileLock): Opened<null> {
  return orFailure(path, () => {
    if (existsSync(path)) {
      lock.noteJournal();
      return ok(null);
    }
    // Pauses would be forgotten, and with them why someone stopped all writing.
    if (lock.hadJournal)
      return err(openFailure('missing', `the journal ${path} is missing, but there was one`));
    if (bytesOf(`${path}-wal`) > 0) {
      // SQLite would replay the old log into the new file.
      return err(openFailure('corrupt', `${path} is missing, but its log ${path}-wal is there`));
    }
    const draft = `${path}.new`;
    for (const leftover of [draft, `${draft}-journal`]) rmSync(leftover, { force: true });
    closeSync(openSync(draft, 'wx', 0o600));
    const db = new Connection(draft, WRITABLE);
    db.exec('PRAGMA synchronous = FULL');
    migrate(db, 0);
    db.run('INSERT INTO meta (id, install, epoch) VALUES (1, ?, 0)', install);
    db.close();
    renameSync(draft, path);
    syncFolder(dirname(resolve(path)));
    lock.noteJournal();
    return ok(null);
  });
}

const NOT_MADE_YET =
  'The first `rampart run` or `rampart apply` makes it; where one has run, check `journal.url`';

/** Opens a journal that exists. Only the holder of the lock may migrate it. */
export function openDatabase(path: string, may: { readonly migrate: boolean }): Opened<Connection> {
  return orFailure(path, () => {
    if (!existsSync(path))
      return err({ ...openFailure('io', `there is no journal at ${path}`), advice: NOT_MADE_YET });
    const db = new Connection(path, WRITABLE);
    try {
      const refusal = checkIdentity(db, path, may.migrate) ?? checkContent(db, path);
      if (refusal !== null) {
        db.close();
        return err(refusal);
      }
      db.exec('PRAGMA journal_mode = WAL');
      db.exec('PRAGMA synchronous = FULL');
      db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
      migrate(db, db.pragma('user_version'));
      return ok(db);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function checkIdentity(db: Connection, path: string, mayMigrate: boolean): JournalOpenFailure | null {
  const version = db.pragma('user_version');
  if (db.pragma('page_count') === 0) return openFailure('corrupt', `${path} is empty`);
  if (db.pragma('application_id') !== APPLICATION_ID) {
    return openFailure('foreign', `${path} is not a journal of Rampart`);
  }
  if (version > SCHEMA_VERSION) {
    return openFailure(
      'foreign',
      `${path} was written by a newer Rampart (${version}, we know ${SCHEMA_VERSION})`,
    );
  }
  if (version < SCHEMA_VERSION && !mayMigrate) {
    return openFailure('foreign', `${path} was written by an older Rampart; start \`rampart run\` once`);
  }
  return null;
}

function checkContent(db: Connection, path: string): JournalOpenFailure | null {
  const row = db.get('PRAGMA quick_check(1)') as { quick_check: string } | undefined;
  const finding = (row?.quick_check ?? 'no answer').replaceAll('\n', ' ');
  return finding === 'ok' ? null : openFailure('corrupt', `${path} is damaged: ${finding}`);
}

/** Brings the tables from one version to the newest, all or nothing. */
function migrate(db: Connection, from: number): void {
  if (from === SCHEMA_VERSION) return;
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(from)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
