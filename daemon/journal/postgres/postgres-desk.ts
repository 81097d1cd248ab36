// What a person reads and does on a journal in a database, from any machine that reaches it, while replicas run on it.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { GrantedApproval, PastApproval, WaitingGroup } from '../approvals.ts';
import type { KnownAttribution } from '../attribution.ts';
import { changedFacts } from '../fact-text.ts';
import {
  withEndedFreeze,
  type AdoptedRule,
  type EndedFreeze,
  type EstateFacts,
  type GroupFacts,
  type RollbackInForce,
} from '../facts.ts';
import type { HistoryVerdict } from '../chain/verdict.ts';
import type { HistoryEntry, HistoryQuery, JournalDesk, Pause, VerifyProgress } from '../journal.ts';
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
import { earlierApprovals, putApproval, unusedApprovals, waitingRows } from './tables/approval-tables.ts';
import type { Connections, Statements } from './connection.ts';
import { verifyTable } from './history/verify.ts';
import { endedFreezesIn, PostgresEstate, putSmallFacts } from './tables/estate.ts';
import {
  asked,
  attributionRows,
  factsFromTexts,
  groupParameters,
  groupTexts,
  putGroupTexts,
} from './tables/group-tables.ts';

export class PostgresDesk implements JournalDesk {
  readonly #connections: Connections;
  readonly #policies: KnownPolicies;
  protected readonly estate: PostgresEstate;

  constructor(connections: Connections, policies = new KnownPolicies()) {
    this.#connections = connections;
    this.#policies = policies;
    this.estate = new PostgresEstate(connections);
  }

  async history({ group, sinceMs, limit }: HistoryQuery): Promise<readonly HistoryEntry[]> {
    const { where, values } = asked({
      id: [group.id, 'group_id ='],
      account: [group.account, 'account ='],
      region: [group.region, 'region ='],
      since: [sinceMs ?? undefined, 'closed_at_ms >='],
    });
    const sql = `${SELECT_HISTORY} WHERE ${where} ORDER BY seq DESC LIMIT $${values.length + 1}`;
    const rows = (await this.#connections.all(sql, ...values, limit)) as HistoryRow[];
    return rows.map((row) => toIntent(row)).reverse();
  }

  verifyHistory(heads: readonly string[], onProgress?: VerifyProgress): Promise<HistoryVerdict> {
    return this.#connections.transaction((statements) => verifyTable(statements, heads, onProgress));
  }

  async findPlan(hash: string): Promise<string | null> {
    const row = await this.#connections.get('SELECT body FROM plans WHERE hash = $1', hash);
    return (row as { readonly body: string } | undefined)?.body ?? null;
  }

  pause({ group, reason, pausedAtMs, untilMs }: Pause): Promise<void> {
    return this.#act(async (statements) => {
      await statements.run(
        `INSERT INTO pauses (scope, account, region, group_id, reason, paused_at_ms, until_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (scope) DO UPDATE
         SET reason = EXCLUDED.reason, paused_at_ms = EXCLUDED.paused_at_ms, until_ms = EXCLUDED.until_ms`,
        scopeOf(group),
        ...(group === null ? [null, null, null] : groupParameters(group)),
        reason,
        pausedAtMs,
        untilMs,
      );
    });
  }

  resume(group: GroupRef | null): Promise<boolean> {
    return this.#act(
      async (statements) => (await statements.run('DELETE FROM pauses WHERE scope = $1', scopeOf(group))) > 0,
    );
  }

  async pauses(nowMs: number, group?: GroupRef): Promise<readonly Pause[]> {
    const scopes = group === undefined ? [] : [[scopeOf(null), scopeOf(group)]];
    const where = group === undefined ? '' : 'AND scope = ANY ($2)';
    const sql = `${SELECT_PAUSES} WHERE until_ms > $1 ${where} ORDER BY scope`;
    return ((await this.#connections.all(sql, nowMs, ...scopes)) as PauseRow[]).map(toPause);
  }

  approve(approval: GrantedApproval): Promise<void> {
    return this.#act((statements) => putApproval(statements, approval));
  }

  approvals(nowMs: number, group?: GroupRef): Promise<readonly GrantedApproval[]> {
    return unusedApprovals(this.#connections, nowMs, group);
  }

  pastApprovals(query: HistoryQuery): Promise<readonly PastApproval[]> {
    return earlierApprovals(this.#connections, query);
  }

  waiting(): Promise<readonly WaitingGroup[]> {
    return waitingRows(this.#connections);
  }

  adopt(group: GroupRef, rules: readonly AdoptedRule[]): Promise<void> {
    return this.#act(async (statements) => {
      const texts = await groupTexts(statements, group);
      const { adoptedRules } = factsFromTexts(texts, group, this.#policies);
      const adopted = { adoptedRules: [...adoptedRules, ...rules] };
      await putGroupTexts(statements, group, changedFacts(texts, adopted));
    });
  }

  async facts(group: GroupRef): Promise<GroupFacts> {
    return factsFromTexts(await groupTexts(this.#connections, group), group, this.#policies);
  }

  attributions(group: Partial<GroupRef>): Promise<readonly KnownAttribution[]> {
    return attributionRows(this.#connections, group);
  }

  estateFacts(): Promise<EstateFacts> {
    return this.estate.read();
  }

  endedFreezes(): Promise<readonly EndedFreeze[]> {
    return endedFreezesIn(this.#connections);
  }

  endFreeze(ended: EndedFreeze, nowMs: number): Promise<void> {
    return this.#act(async (statements) => {
      const endedFreezes = withEndedFreeze(await endedFreezesIn(statements), ended, nowMs);
      await putSmallFacts(statements, { endedFreezes });
    });
  }

  rollBack(rollback: RollbackInForce | null): Promise<void> {
    return this.#act((statements) => putSmallFacts(statements, { rollback }));
  }

  async foreignChanges(): Promise<number> {
    return ((await this.#connections.get('SELECT changes FROM meta')) as { readonly changes: number })
      .changes;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** What a person does: the replicas notice that something was, and two people wait for one another. */
  #act<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#connections.transaction(async (statements) => {
      await statements.run('UPDATE meta SET changes = changes + 1');
      return work(statements);
    });
  }
}
