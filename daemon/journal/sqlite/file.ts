// From a path to an open, checked and migrated database. Two rules stand behind all of it: a journal that
// cannot be trusted is refused, never replaced; and the file is there whole or not at all.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { Connection } from './connection.ts';
import { JournalError, type JournalOpenFailure, type JournalTrouble } from '../journal.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { messageOf, openFailure, troubleOf } from '../trouble.ts';

/** Another process that works on the journal, such as `rampart pause`, is done long before. */
const BUSY_TIMEOUT_MS = 2000;
/** The write-ahead log is cut back to this after a checkpoint. */
const WAL_LIMIT_BYTES = 4 * 1024 * 1024;

const WRITABLE = { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS };

export type Opened<T> = Result<T, JournalOpenFailure>;

/** Held for the life of the process; the system lets go of it however the process ends. */
export interface FileLock {
  /** Whether there was a journal before. */
  readonly hadJournal: boolean;
  /** Notes for later starts that there is one. */
  noteJournal(): void;
  /** Throws `JournalError` if the lock was removed or replaced, so that another process may hold the new one. */
  check(): void;
  release(): void;
}

/** Where the journal really is, whatever links lead there. Makes its folder, which must be writable for its log. */
export function realPathOf(path: string): Opened<string> {
  return orFailure(path, () => {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    const folder = realpathSync(dirname(resolve(path)));
    const real = existsSync(path) ? realpathSync(path) : join(folder, basename(path));
    accessSync(dirname(real), constants.W_OK);
    return ok(real);
  });
}

/**
 * Only one process may give out tokens. The lock is an exclusive transaction on a database without tables beside the
 * journal: an operating system lock that also works between two journals of one process, and that leaves the
 * journal itself open to readers. The database knows one thing: whether there was a journal.
 */
export function lockJournal(path: string): Opened<FileLock> {
  const file = `${path}.lock`;
  return orFailure(path, () => {
    const lock = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if (troubleOf(error) !== 'locked') throw error;
      return err(openFailure('locked', `the journal ${path} is in use${ownerOf(path)}`));
    }
    // Not by a query: a connection with a statement lets go of its lock late.
    const hadJournal = sizeOf(file) > 0;
    const noteJournal = () => {
      if (hadJournal) return;
      lock.exec('PRAGMA user_version = 1');
      lock.exec('COMMIT');
      lock.exec('BEGIN EXCLUSIVE');
    };
    return ok({ hadJournal, noteJournal, check: standsBy(file), release: () => lock.close() });
  });
}

/** Makes the journal if there never was one. Call with the lock held. */
export function createIfMissing(path: string, install: string, lock: FileLock): Opened<null> {
  return orFailure(path, () => {
    if (existsSync(path)) {
      lock.noteJournal();
      return ok(null);
    }
    // Pauses would be forgotten, and with them why somebody stopped all writing.
    if (lock.hadJournal)
      return err(openFailure('missing', `the journal ${path} is missing, but there was one`));
    if (sizeOf(`${path}-wal`) > 0) {
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

/** Opens a journal that exists. Only the holder of the lock may migrate it. */
export function openDatabase(path: string, may: { readonly migrate: boolean }): Opened<Connection> {
  return orFailure(path, () => {
    if (!existsSync(path)) return err(openFailure('io', `there is no journal at ${path}`));
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

/** For the message only: the owner wrote down who it is. */
function ownerOf(path: string): string {
  try {
    const db = new Connection(path, { ...WRITABLE, readOnly: true });
    const row = db.get('SELECT owner FROM meta') as { owner: string | null } | undefined;
    db.close();
    const owner = row?.owner ?? null;
    return owner === null ? '' : ` by ${owner}`;
  } catch (error) {
    if (troubleOf(error) === null) throw error;
    return '';
  }
}

/** Runs the work; what goes wrong with the file comes out as a failure, a bug as it is. */
export function orFailure<T>(path: string, work: () => Opened<T>): Opened<T> {
  try {
    return work();
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    const named = trouble === 'io' ? folderTrouble(path) : trouble;
    return err(openFailure(named, `the journal ${path} cannot be opened: ${messageOf(error)}`));
  }
}

/** SQLite says only that it cannot open a file, also where it may not make its log in the folder. */
function folderTrouble(path: string): JournalTrouble {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return 'io';
  } catch (error) {
    return troubleOf(error) ?? 'io';
  }
}

/**
 * A check that the path still leads to the file that is open now. Where somebody removed or replaced it, what is
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

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
