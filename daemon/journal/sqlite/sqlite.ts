// The journal on embedded SQLite: write-ahead log, every commit synced to the disk before the method returns.
import { hostname } from 'node:os';
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
import { ok } from '../../../reconciler/model/result.ts';
import type { Connection } from './connection.ts';
import { readChainHeads, recordClosed } from './history/chained.ts';
import type { ChainLink } from '../chain/verdict.ts';
import type { ApprovedEnd, GrantedApproval, PlanThatWaits } from '../approvals.ts';
import type { EstateFacts, GroupFacts } from '../facts.ts';
import { EstateTables } from './estate-facts.ts';
import { createIfMissing, openDatabase, realPathOf } from './file.ts';
import { lockJournal, standsBy, type FileLock } from './lock.ts';
import {
  JournalError,
  type Intent,
  type IntentDraft,
  type IntentOutcome,
  type Journal,
  type JournalPorts,
  type RevisionMarks,
} from '../journal.ts';
import {
  exchangeApproval,
  forgetGroup,
  markApprovalsUsed,
  readGroupsWithFacts,
  writeGroupFacts,
  writeWaiting,
} from './facts.ts';
import { KnownPolicies } from '../known-policies.ts';
import { boundSize, createPruner, type Retention } from './retention.ts';
import {
  INTENT_COLUMNS,
  intentValues,
  SELECT_GROUPS,
  SELECT_INTENTS,
  toIntent,
  type IntentRow,
} from '../rows.ts';
import { SqliteDesk } from './sqlite-desk.ts';
import { formatToken, randomPart, type TokenOpening } from '../token.ts';
import { guarded, type Opened, orFailure, troubleOf } from '../trouble.ts';

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
  return ok(new SqliteJournal({ db, lock, checkFile: standsBy(path) }, options, opening.value));
}

function beginEpoch(db: Connection, { clock, randomByte }: JournalPorts): TokenOpening {
  const owner = `process ${process.pid} on ${hostname()} since ${new Date(clock.nowMs()).toISOString()}`;
  db.run('UPDATE meta SET epoch = epoch + 1, owner = ?', owner);
  const row = db.get('SELECT install, epoch FROM meta') as { install: string; epoch: number };
  return { install: row.install, epoch: row.epoch, opening: randomPart(randomByte) };
}

interface OpenFile {
  readonly db: Connection;
  readonly lock: FileLock;
  /** Throws `JournalError` if the path leads to another file by now. */
  readonly checkFile: () => void;
}

/** A plan that is saved again keeps its place in the retention for a day, to spare the disk. */
const PLAN_FRESH_MS = 24 * 3_600_000;

class SqliteJournal extends SqliteDesk implements Journal {
  readonly #file: OpenFile;
  readonly #db: Connection;
  readonly #estate: EstateTables;
  readonly #clock: JournalPorts['clock'];
  readonly #opening: TokenOpening;
  readonly #prune: (nowMs: number) => void;
  readonly #policies: KnownPolicies;
  #counter = 0;

  constructor(file: OpenFile, { clock, retention }: SqliteJournalOptions, opening: TokenOpening) {
    const policies = new KnownPolicies();
    super(file.db, policies);
    this.#policies = policies;
    this.#file = file;
    this.#db = file.db;
    this.#estate = new EstateTables(file.db);
    this.#clock = clock;
    this.#opening = opening;
    this.#prune = createPruner(file.db, retention);
  }

  openIntent(draft: IntentDraft): Promise<Intent> {
    return guarded(() => {
      this.#file.lock.check();
      this.#file.checkFile();
      const clientToken = formatToken({ ...this.#opening, counter: (this.#counter += 1) });
      const intent: Intent = { ...draft, clientToken, openedAtMs: this.#clock.nowMs() };
      const values = intentValues(intent);
      // Should someone have got past the lock, then whoever opened the journal last goes on alone.
      const written = this.#db.run(
        `INSERT INTO intents (${INTENT_COLUMNS})
           SELECT ${values.map(() => '?').join(', ')} FROM meta WHERE epoch = ?`,
        ...values,
        this.#opening.epoch,
      );
      if (written !== 1) throw new JournalError('locked', 'another process has opened the journal since');
      return intent;
    });
  }

  closeIntent(clientToken: string, outcome: IntentOutcome): Promise<void> {
    return guarded(() => {
      const closedAtMs = this.#clock.nowMs();
      this.#db.transaction(() => {
        if (recordClosed(this.#db, clientToken, outcome, closedAtMs)) return;
        throw new Error(`no open intent has the token ${clientToken}`);
      });
      this.#prune(closedAtMs);
    });
  }

  chainHeads(): Promise<readonly ChainLink[]> {
    return guarded(() => readChainHeads(this.#db));
  }

  openIntents({ account, region, id }: GroupRef): Promise<readonly Intent[]> {
    return guarded(() => {
      const sql = `${SELECT_INTENTS} WHERE account = ? AND region = ? AND group_id = ? ORDER BY seq`;
      return (this.#db.all(sql, account, region, id) as IntentRow[]).map((row) => toIntent(row));
    });
  }

  groupsWithOpenIntents(): Promise<readonly GroupRef[]> {
    return guarded(() => this.#db.all(`${SELECT_GROUPS} GROUP BY 1, 2, 3 ORDER BY min(seq)`) as GroupRef[]);
  }

  savePlan(plan: GroupPlan): Promise<void> {
    return guarded(() => {
      const nowMs = this.#clock.nowMs();
      const body = JSON.stringify(planDocument(plan));
      const sameSaved = 'SELECT saved_at_ms FROM plans WHERE hash = ? AND body = ?';
      const known = this.#db.get(sameSaved, plan.hash, body) as { saved_at_ms: number } | undefined;
      if (known !== undefined && Math.abs(nowMs - known.saved_at_ms) < PLAN_FRESH_MS) return;
      // The intents of its calls wait for the disk, and bring it there too.
      this.#db.quickTransaction(() => {
        const sql = 'INSERT OR REPLACE INTO plans (hash, body, saved_at_ms) VALUES (?, ?, ?)';
        this.#db.run(sql, plan.hash, body, nowMs);
      });
      this.#prune(nowMs);
    });
  }

  marks(group: GroupRef): Promise<RevisionMarks> {
    return guarded(() => this.#readMarks(group));
  }

  mark(group: GroupRef, marks: Partial<RevisionMarks>): Promise<void> {
    return guarded(() => {
      const before = this.#readMarks(group);
      const after = { ...before, ...marks };
      if (after.attempted === before.attempted && after.applied === before.applied) return;
      const { attempted, applied } = after;
      // Of every group after each commit. What is lost in a power cut is found out again.
      this.#db.quickTransaction(() => {
        const sql = 'INSERT OR REPLACE INTO marks (group_key, attempted, applied) VALUES (?, ?, ?)';
        this.#db.run(sql, groupKey(group), attempted, applied);
      });
    });
  }

  setFacts(group: GroupRef, facts: Partial<GroupFacts>): Promise<void> {
    return guarded(() => writeGroupFacts({ db: this.#db, policies: this.#policies }, group, facts, 'quick'));
  }

  override estateFacts(): Promise<EstateFacts> {
    return this.#estate.read();
  }

  setEstateFacts(facts: Partial<EstateFacts>): Promise<void> {
    return this.#estate.write(facts);
  }

  setWaiting(group: GroupRef, waiting: PlanThatWaits | null): Promise<void> {
    return guarded(() => writeWaiting(this.#db, group, waiting, this.#clock.nowMs()));
  }

  bindApproval(approval: GrantedApproval, bound: GrantedApproval): Promise<void> {
    return guarded(() => exchangeApproval(this.#db, approval, bound));
  }

  useUpApprovals(of: ApprovedEnd): Promise<void> {
    return guarded(() => markApprovalsUsed(this.#db, of, this.#clock.nowMs()));
  }

  groupsWithFacts(): Promise<readonly GroupRef[]> {
    return guarded(() => readGroupsWithFacts(this.#db));
  }

  forget(group: GroupRef): Promise<void> {
    return guarded(() => {
      this.#policies.forget(group);
      forgetGroup(this.#db, group);
    });
  }

  override async close(): Promise<void> {
    if (this.#db.isOpen) this.#tidy();
    await super.close();
    this.#file.lock.release();
  }

  #readMarks(group: GroupRef): RevisionMarks {
    const row = this.#db.get('SELECT attempted, applied FROM marks WHERE group_key = ?', groupKey(group)) as
      RevisionMarks | undefined;
    return { attempted: row?.attempted ?? null, applied: row?.applied ?? null };
  }

  /** What is committed is safe in the log; bringing it home may fail on a full or broken disk, and does no harm then. */
  #tidy(): void {
    try {
      this.#db.checkpoint();
    } catch (error) {
      if (troubleOf(error) === null) throw error;
    }
  }
}
