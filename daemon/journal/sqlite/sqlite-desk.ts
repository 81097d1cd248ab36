// What a person reads and does on a journal while a daemon may be running on it: `history`, `pause`, `resume`.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { ok } from '../../../reconciler/model/result.ts';
import type { Connection } from './connection.ts';
import { openDatabase, type Opened } from './file.ts';
import type { HistoryEntry, HistoryQuery, JournalDesk, Pause } from '../journal.ts';
import { toHistoryEntry, toPause, type HistoryRow, type PauseRow } from './rows.ts';
import { guarded } from '../trouble.ts';

/** Opens the journal beside a running daemon. Fails if there is none: only a daemon makes one. */
export function openSqliteDesk(path: string): Opened<JournalDesk> {
  const db = openDatabase(path, { migrate: false });
  return db.ok ? ok(deskOn(db.value, () => db.value.close())) : db;
}

export function deskOn(db: Connection, close: () => void): JournalDesk {
  return {
    history: (query) => guarded(() => history(db, query)),
    findPlan: (hash) =>
      guarded(() => {
        const row = db.get('SELECT body FROM plans WHERE hash = ?', hash) as { body: string } | undefined;
        return row?.body ?? null;
      }),
    pause: (pause) => guarded(() => savePause(db, pause)),
    resume: (group) => guarded(() => db.run('DELETE FROM pauses WHERE scope = ?', scopeOf(group)) > 0),
    pauses: (nowMs) =>
      guarded(() => {
        const rows = db.all('SELECT * FROM pauses WHERE until_ms > ? ORDER BY scope', nowMs) as PauseRow[];
        return rows.map(toPause);
      }),
    close,
  };
}

function history(db: Connection, { groupId, sinceMs, limit }: HistoryQuery): readonly HistoryEntry[] {
  // Spelled out for the index: SQLite does not look through `?1 IS NULL OR ...`.
  const ofGroup = groupId === null ? '?1 IS NULL' : 'group_id = ?1';
  const rows = db.all(
    `SELECT * FROM history
     WHERE ${ofGroup} AND (?2 IS NULL OR closed_at_ms >= ?2)
     ORDER BY seq DESC LIMIT ?3`,
    groupId,
    sinceMs,
    limit,
  ) as HistoryRow[];
  return rows.map(toHistoryEntry).reverse();
}

function savePause(db: Connection, pause: Pause): void {
  db.run(
    `INSERT OR REPLACE INTO pauses (scope, account, region, group_id, reason, paused_at_ms, until_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    scopeOf(pause.group),
    pause.group?.account ?? null,
    pause.group?.region ?? null,
    pause.group?.id ?? null,
    pause.reason,
    pause.pausedAtMs,
    pause.untilMs,
  );
}

const scopeOf = (group: GroupRef | null): string => (group === null ? '*' : groupKey(group));
