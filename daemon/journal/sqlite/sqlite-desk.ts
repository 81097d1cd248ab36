// What a person reads and does on a journal while a daemon may be running on it: `history`, `pause`, `approve`.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { ok } from '../../../reconciler/model/result.ts';
import type { Connection } from './connection.ts';
import type { SqlValue } from '../rows.ts';
import { openDatabase } from './file.ts';
import type { GrantedApproval, PastApproval, WaitingGroup } from '../approvals.ts';
import {
  withEndedFreeze,
  type AdoptedRule,
  type EndedFreeze,
  type EstateFacts,
  type GroupFacts,
  type RollbackInForce,
} from '../facts.ts';
import type { KnownAttribution } from '../attribution.ts';
import type { HistoryEntry, HistoryQuery, JournalDesk, Pause, VerifyProgress } from '../journal.ts';
import {
  readAttributions,
  readApprovals,
  readGroupFacts,
  readPastApprovals,
  readWaiting,
  writeApproval,
  writeGroupFacts,
} from './facts.ts';
import type { HistoryVerdict } from '../chain/verdict.ts';
import { verifyFile } from './history/verify.ts';
import { EstateTables, readEndedFreezes, writeSmallFacts } from './estate-facts.ts';
import { KnownPolicies } from '../known-policies.ts';
import {
  scopeOf,
  SELECT_HISTORY,
  SELECT_PAUSES,
  toIntent,
  toPause,
  type HistoryRow,
  type PauseRow,
} from '../rows.ts';
import { guarded, type Opened, withTroubleLater } from '../trouble.ts';

/** Opens the journal beside a running daemon. Fails if there is none: only a daemon makes one. */
export function openSqliteDesk(path: string): Opened<JournalDesk> {
  const db = openDatabase(path, { migrate: false });
  return db.ok ? ok(new SqliteDesk(db.value)) : db;
}

/** Every statement runs, and is on the disk, before the method returns: its promise only carries the result. */
export class SqliteDesk implements JournalDesk {
  readonly #db: Connection;
  readonly #facts: { readonly db: Connection; readonly policies: KnownPolicies };

  constructor(db: Connection, policies = new KnownPolicies()) {
    this.#db = db;
    this.#facts = { db, policies };
  }

  history({ group, sinceMs, limit }: HistoryQuery): Promise<readonly HistoryEntry[]> {
    const conditions: ReadonlyArray<readonly [condition: string, value: SqlValue | undefined]> = [
      ['group_id = ?', group.id],
      ['account = ?', group.account],
      ['region = ?', group.region],
      ['closed_at_ms >= ?', sinceMs ?? undefined],
    ];
    // Only those that are asked for: SQLite does not look for an index through `?1 IS NULL OR ...`.
    const asked = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
    const where = ['TRUE', ...asked.map(({ sql }) => sql)].join(' AND ');
    return guarded(() => {
      const rows = this.#db.all(
        `${SELECT_HISTORY} WHERE ${where} ORDER BY seq DESC LIMIT ?`,
        ...asked.map(({ value }) => value),
        limit,
      ) as HistoryRow[];
      return rows.map((row) => toIntent(row)).reverse();
    });
  }

  verifyHistory(heads: readonly string[], onProgress?: VerifyProgress): Promise<HistoryVerdict> {
    return withTroubleLater(() => verifyFile(this.#db.path, heads, onProgress));
  }

  findPlan(hash: string): Promise<string | null> {
    return guarded(() => {
      const row = this.#db.get('SELECT body FROM plans WHERE hash = ?', hash) as { body: string } | undefined;
      return row?.body ?? null;
    });
  }

  pause({ group, reason, pausedAtMs, untilMs }: Pause): Promise<void> {
    return guarded(() => {
      this.#db.run(
        `INSERT OR REPLACE INTO pauses (scope, account, region, group_id, reason, paused_at_ms, until_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        scopeOf(group),
        group?.account ?? null,
        group?.region ?? null,
        group?.id ?? null,
        reason,
        pausedAtMs,
        untilMs,
      );
    });
  }

  resume(group: GroupRef | null): Promise<boolean> {
    return guarded(() => this.#db.run('DELETE FROM pauses WHERE scope = ?', scopeOf(group)) > 0);
  }

  pauses(nowMs: number, group?: GroupRef): Promise<readonly Pause[]> {
    const scopes = group === undefined ? [] : [scopeOf(null), scopeOf(group)];
    const where = group === undefined ? '' : 'AND scope IN (?, ?)';
    return guarded(() => {
      const sql = `${SELECT_PAUSES} WHERE until_ms > ? ${where} ORDER BY scope`;
      return (this.#db.all(sql, nowMs, ...scopes) as PauseRow[]).map(toPause);
    });
  }

  approve(approval: GrantedApproval): Promise<void> {
    return guarded(() => writeApproval(this.#db, approval));
  }

  approvals(nowMs: number, group?: GroupRef): Promise<readonly GrantedApproval[]> {
    return guarded(() => readApprovals(this.#db, nowMs, group));
  }

  pastApprovals(query: HistoryQuery): Promise<readonly PastApproval[]> {
    return guarded(() => readPastApprovals(this.#db, query));
  }

  waiting(): Promise<readonly WaitingGroup[]> {
    return guarded(() => readWaiting(this.#db));
  }

  adopt(group: GroupRef, rules: readonly AdoptedRule[]): Promise<void> {
    return guarded(() => {
      const { adoptedRules } = readGroupFacts(this.#facts, group);
      writeGroupFacts(this.#facts, group, { adoptedRules: [...adoptedRules, ...rules] }, 'waits');
    });
  }

  facts(group: GroupRef): Promise<GroupFacts> {
    return guarded(() => readGroupFacts(this.#facts, group));
  }

  attributions(group: Partial<GroupRef>): Promise<readonly KnownAttribution[]> {
    return guarded(() => readAttributions(this.#db, group));
  }

  estateFacts(): Promise<EstateFacts> {
    return new EstateTables(this.#db).read();
  }

  endedFreezes(): Promise<readonly EndedFreeze[]> {
    return guarded(() => readEndedFreezes(this.#db));
  }

  endFreeze(ended: EndedFreeze, nowMs: number): Promise<void> {
    return guarded(() => {
      const endedFreezes = withEndedFreeze(readEndedFreezes(this.#db), ended, nowMs);
      writeSmallFacts(this.#db, { endedFreezes });
    });
  }

  rollBack(rollback: RollbackInForce | null): Promise<void> {
    return guarded(() => writeSmallFacts(this.#db, { rollback }));
  }

  foreignChanges(): Promise<number> {
    return guarded(() => this.#db.pragma('data_version'));
  }

  close(): Promise<void> {
    return guarded(() => this.#db.close());
  }
}
