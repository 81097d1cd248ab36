// Shares of the lanes in a file beside the journal, so that a process that starts knows the calls of the one before, and a
// command those of a daemon beside it. It is no part of the journal: what it holds matters for a minute, a commit does not
// wait for the disk, and a file that is damaged is made again.
import { existsSync, rmSync } from 'node:fs';
import { err, ok } from '../../../reconciler/model/result.ts';
import { served, type ShareRecord } from '../../shares/record.ts';
import type { ShareAnswer, ShareRequest, ShareStore } from '../../shares/share-store.ts';
import { openFailure, orFailure, troubleOf, type Opened } from '../trouble.ts';
import { Connection } from './connection.ts';
import { realPathOf } from './file.ts';
import { ownFile } from './own-file.ts';

/** Others are done within a millisecond. */
const BUSY_MS = 500;

export class SqliteShares implements ShareStore {
  readonly #db: Connection;
  readonly #nowMs: () => number;

  /** `nowMs`: of a clock that all processes of this machine share, and that no one sets. */
  constructor(db: Connection, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = NORMAL');
    db.exec('CREATE TABLE IF NOT EXISTS call_shares (lane TEXT PRIMARY KEY, record TEXT NOT NULL)');
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown must reject
  async serve(lane: string, request: ShareRequest): Promise<ShareAnswer> {
    return this.#db.transaction(() => {
      const row = this.#db.get('SELECT record FROM call_shares WHERE lane = ?', lane);
      const before = row === undefined ? {} : (JSON.parse((row as SharesRow).record) as ShareRecord);
      const { record, answer } = served(before, request, this.#nowMs());
      this.#db.run(
        'INSERT OR REPLACE INTO call_shares (lane, record) VALUES (?, ?)',
        lane,
        JSON.stringify(record),
      );
      return answer;
    });
  }

  close(): Promise<void> {
    this.#db.close();
    return Promise.resolve();
  }
}

interface SharesRow {
  readonly record: string;
}

/** Beside the journal of that path; makes the file if there is none. */
export function openSqliteShares(journal: string, nowMs: () => number = sinceBoot): Opened<ShareStore> {
  const real = realPathOf(journal);
  if (!real.ok) return real;
  const file = `${real.value}.calls`;
  return orFailure(file, () => {
    const other = ownFile(file);
    if (other !== null) return err(openFailure('foreign', `${file} is ${other}`));
    return ok(opened(file, nowMs) ?? openedNew(file, nowMs));
  });
}

/** Null: the file is damaged. */
function opened(file: string, nowMs: () => number): SqliteShares | null {
  const db = new Connection(file, { readOnly: false, busyTimeoutMs: BUSY_MS });
  try {
    return new SqliteShares(db, nowMs);
  } catch (error) {
    db.close();
    const trouble = troubleOf(error);
    if (trouble === 'corrupt' || trouble === 'foreign') return null;
    throw error;
  }
}

function openedNew(file: string, nowMs: () => number): SqliteShares {
  for (const part of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(part)) rmSync(part);
  ownFile(file);
  return new SqliteShares(new Connection(file, { readOnly: false, busyTimeoutMs: BUSY_MS }), nowMs);
}

const sinceBoot = (): number => Number(process.hrtime.bigint()) / 1e6;
