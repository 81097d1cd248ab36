// The journal on embedded SQLite: write-ahead log, every commit synced to the disk before it returns.
import { hostname } from 'node:os';
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
import { ok } from '../../../reconciler/model/result.ts';
import type { Connection } from './connection.ts';
import {
  createIfMissing,
  lockJournal,
  openDatabase,
  orFailure,
  realPathOf,
  standsBy,
  type FileLock,
  type Opened,
} from './file.ts';
import {
  JournalError,
  type Intent,
  type IntentDraft,
  type Journal,
  type Outcome,
  type RevisionMarks,
} from '../journal.ts';
import type { JournalPorts } from '../memory/memory.ts';
import { boundSize, createPruner, type Retention } from './retention.ts';
import { INTENT_COLUMNS, intentValues, toIntent, type IntentRow } from './rows.ts';
import { deskOn } from './sqlite-desk.ts';
import { formatToken, randomPart, type TokenParts } from '../token.ts';
import { guarded, troubleOf } from '../trouble.ts';

export interface SqliteJournalOptions extends JournalPorts {
  readonly retention: Retention;
}

/**
 * For the one process that writes to the cloud; a second one gets `locked`. Makes the journal if there is
 * none, and begins a new epoch.
 */
export function openSqliteJournal(path: string, options: SqliteJournalOptions): Opened<Journal> {
  const real = realPathOf(path);
  if (!real.ok) return real;
  const lock = lockJournal(real.value);
  if (!lock.ok) return lock;
  const journal = openLocked(real.value, options, lock.value);
  if (!journal.ok) lock.value.release();
  return journal;
}

function openLocked(path: string, options: SqliteJournalOptions, lock: FileLock): Opened<Journal> {
  const created = createIfMissing(path, randomPart(options.randomByte), lock);
  if (!created.ok) return created;
  const opened = openDatabase(path, { migrate: true });
  if (!opened.ok) return opened;
  const db = opened.value;
  const opening = orFailure(path, () => {
    boundSize(db, options.retention);
    return ok(beginEpoch(db, options));
  });
  if (!opening.ok) {
    db.close();
    return opening;
  }
  const close = () => {
    if (db.isOpen) tidy(db);
    db.close();
    lock.release();
  };
  const fileStandsBy = standsBy(path);
  const stillThere = () => {
    lock.check();
    fileStandsBy();
  };
  return ok(journalOn(db, options, opening.value, { stillThere, close }));
}

/** What is committed is safe in the log; bringing it home may fail on a full or broken disk, and does no harm then. */
function tidy(db: Connection): void {
  try {
    db.checkpoint();
  } catch (error) {
    if (troubleOf(error) === null) throw error;
  }
}

type Opening = Omit<TokenParts, 'counter'>;

function beginEpoch(db: Connection, { clock, randomByte }: JournalPorts): Opening {
  const owner = `process ${process.pid} on ${hostname()} since ${new Date(clock.nowMs()).toISOString()}`;
  db.run('UPDATE meta SET epoch = epoch + 1, owner = ?', owner);
  const row = db.get('SELECT install, epoch FROM meta') as { install: string; epoch: number };
  return { install: row.install, epoch: row.epoch, opening: randomPart(randomByte) };
}

function journalOn(
  db: Connection,
  options: SqliteJournalOptions,
  opening: Opening,
  file: { readonly stillThere: () => void; readonly close: () => void },
): Journal {
  const { clock, retention } = options;
  const prune = createPruner(db, retention);
  let counter = 0;

  function openIntent(draft: IntentDraft): Intent {
    file.stillThere();
    const clientToken = formatToken({ ...opening, counter: (counter += 1) });
    const intent: Intent = { ...draft, clientToken, openedAtMs: clock.nowMs() };
    const values = intentValues(intent);
    // Should somebody have got past the lock, then whoever opened the journal last goes on alone.
    const written = db.run(
      `INSERT INTO intents (${INTENT_COLUMNS})
         SELECT ${values.map(() => '?').join(', ')} FROM meta WHERE epoch = ?`,
      ...values,
      opening.epoch,
    );
    if (written !== 1) throw new JournalError('locked', 'another process has opened the journal since');
    return intent;
  }

  function closeIntent(clientToken: string, { result, requestId, code }: Outcome): void {
    const closedAtMs = clock.nowMs();
    db.transaction(() => {
      const changes = db.run(
        `INSERT INTO history (${INTENT_COLUMNS}, result, request_id, code, closed_at_ms)
           SELECT ${INTENT_COLUMNS}, ?, ?, ?, ? FROM intents WHERE client_token = ?`,
        result,
        requestId,
        code,
        closedAtMs,
        clientToken,
      );
      if (changes !== 1) throw new Error(`no open intent has the token ${clientToken}`);
      db.run('DELETE FROM intents WHERE client_token = ?', clientToken);
    });
    prune(closedAtMs);
  }

  function openIntents(): readonly Intent[] {
    return (db.all('SELECT * FROM intents ORDER BY seq') as IntentRow[]).map(toIntent);
  }

  return {
    ...deskOn(db, file.close),
    epoch: opening.epoch,
    openIntent: (draft) => guarded(() => openIntent(draft)),
    closeIntent: (clientToken, outcome) => guarded(() => closeIntent(clientToken, outcome)),
    openIntents: () => guarded(openIntents),
    savePlan: (plan) =>
      guarded(() => {
        if (savePlan(db, plan, clock.nowMs())) prune(clock.nowMs());
      }),
    marks: (group) => guarded(() => readMarks(db, group)),
    mark: (group, marks) => guarded(() => saveMarks(db, group, marks)),
  };
}

/** A plan that is saved again keeps its place in the retention for a day, to spare the disk. */
const PLAN_FRESH_MS = 24 * 3_600_000;

/** Whether anything was written. */
function savePlan(db: Connection, plan: GroupPlan, nowMs: number): boolean {
  const known = db.get('SELECT saved_at_ms FROM plans WHERE hash = ?', plan.hash) as
    { saved_at_ms: number } | undefined;
  if (known !== undefined && Math.abs(nowMs - known.saved_at_ms) < PLAN_FRESH_MS) return false;
  db.run(
    'INSERT OR REPLACE INTO plans (hash, body, saved_at_ms) VALUES (?, ?, ?)',
    plan.hash,
    JSON.stringify(planDocument(plan)),
    nowMs,
  );
  return true;
}

function readMarks(db: Connection, group: GroupRef): RevisionMarks {
  const row = db.get('SELECT attempted, applied FROM marks WHERE group_key = ?', groupKey(group)) as
    RevisionMarks | undefined;
  return { attempted: row?.attempted ?? null, applied: row?.applied ?? null };
}

function saveMarks(db: Connection, group: GroupRef, marks: Partial<RevisionMarks>): void {
  const before = readMarks(db, group);
  const after = { ...before, ...marks };
  if (after.attempted === before.attempted && after.applied === before.applied) return;
  db.run(
    'INSERT OR REPLACE INTO marks (group_key, attempted, applied) VALUES (?, ?, ?)',
    groupKey(group),
    after.attempted,
    after.applied,
  );
}
