// The journal in a database that several replicas share. Each statement is durable in the database before its promise
// resolves, and whatever is about a group is written only by the replica that holds the lease of its shard.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
import type { ApprovedEnd, GrantedApproval, PlanThatWaits } from '../approvals.ts';
import type { ChainLink } from '../chain/verdict.ts';
import { changedFacts } from '../fact-text.ts';
import type { EstateFacts, GroupFacts } from '../facts.ts';
import {
  JournalError,
  type Intent,
  type IntentDraft,
  type IntentOutcome,
  type Journal,
  type JournalPorts,
  type RevisionMarks,
} from '../journal.ts';
import { KnownPolicies } from '../known-policies.ts';
import {
  GROUP_FIELDS,
  INTENT_COLUMNS,
  intentValues,
  SELECT_GROUPS,
  SELECT_INTENTS,
  toIntent,
  type IntentRow,
} from '../rows.ts';
import { formatToken, randomPart } from '../token.ts';
import {
  nextWaitingBody,
  putWaiting,
  replaceApproval,
  useUp,
  waitingBody,
} from './tables/approval-tables.ts';
import type { Connections } from './connection.ts';
import { isHeldLease, LeaseFence, leaseParameters, type LeaseSource } from './fence.ts';
import {
  dropGroup,
  groupParameters,
  groupTexts,
  knownGroups,
  isOfGroup,
  putGroupTexts,
} from './tables/group-tables.ts';
import { appendClosed, chainHeadsIn } from './history/chained.ts';
import type { DatabaseMeta } from './migrate.ts';
import { PostgresDesk } from './postgres-desk.ts';
import { TablePruner } from './tables/pruning.ts';

export interface PostgresJournalOptions extends JournalPorts {
  readonly meta: Pick<DatabaseMeta, 'install' | 'shards'>;
  readonly leases: LeaseSource;
  /** Called before the connections are closed. */
  readonly onClose?: () => Promise<void>;
  /** History, plans and approvals older than this go. */
  readonly maxAgeMs: number;
}

/** A plan that is saved again keeps its place among the oldest for a day, to spare the disk. */
const PLAN_STAYS_MS = 24 * 3_600_000;

export class PostgresJournal extends PostgresDesk implements Journal {
  readonly #connections: Connections;
  readonly #fence: LeaseFence;
  readonly #policies: KnownPolicies;
  readonly #pruner: TablePruner;
  readonly #clock: JournalPorts['clock'];
  readonly #opening: { readonly install: string; readonly opening: string };
  readonly #onClose: () => Promise<void>;
  #counter = 0;
  /** Tokens of intents that were being closed when the database failed. */
  readonly #unsure = new Set<string>();

  /** Of a database that was migrated. Closes the connections when it is closed. */
  constructor(connections: Connections, options: PostgresJournalOptions) {
    const policies = new KnownPolicies();
    super(connections, policies);
    const { clock, randomByte, meta, leases, maxAgeMs, onClose = () => Promise.resolve() } = options;
    this.#connections = connections;
    this.#policies = policies;
    this.#fence = new LeaseFence(connections, leases, meta.shards);
    this.#pruner = new TablePruner(connections, maxAgeMs);
    this.#clock = clock;
    this.#onClose = onClose;
    this.#opening = { install: meta.install, opening: randomPart(randomByte) };
  }

  async openIntent(draft: IntentDraft): Promise<Intent> {
    const lease = await this.#fence.toBegin(draft.group);
    const { epoch } = lease;
    const clientToken = formatToken({ ...this.#opening, epoch, counter: (this.#counter += 1) });
    const intent: Intent = { ...draft, clientToken, openedAtMs: this.#clock.nowMs() };
    const values = intentValues(intent);
    // Whoever takes the shard next waits for this statement, and finds the intent.
    const written = await this.#connections.run(
      `INSERT INTO intents (${INTENT_COLUMNS}) SELECT ${values.map((_, at) => `$${at + 1}`).join(', ')}
         FROM leases WHERE ${isHeldLease(values.length + 1)} FOR SHARE`,
      ...values,
      ...leaseParameters(lease),
    );
    if (written !== 1) throw this.#fence.lostBy(draft.group, lease);
    return intent;
  }

  async closeIntent(clientToken: string, outcome: IntentOutcome): Promise<void> {
    try {
      await this.#close(clientToken, outcome);
    } catch (error) {
      // It may have been closed all the same; whoever tries again then finds it so.
      if (error instanceof JournalError && error.trouble === 'unavailable') this.#unsure.add(clientToken);
      throw error;
    }
    this.#unsure.delete(clientToken);
  }

  async #close(clientToken: string, outcome: IntentOutcome): Promise<void> {
    const group = await this.#groupOf(clientToken, 'intents');
    if (group === undefined) return this.#checkClosed(clientToken);
    const lease = await this.#fence.leaseOf(group);
    if (lease === null) return;
    const closedAtMs = this.#clock.nowMs();
    const closing = { ...outcome, clientToken, closedAtMs };
    const isClosed = await this.#connections.transaction(
      async (statements) =>
        (await this.#fence.isLatest(lease, statements)) && appendClosed(statements, lease.shard, closing),
    );
    if (!isClosed) return this.#checkClosed(clientToken);
    await this.#pruner.afterWrite(closedAtMs);
  }

  chainHeads(): Promise<readonly ChainLink[]> {
    return chainHeadsIn(this.#connections);
  }

  async openIntents(group: GroupRef): Promise<readonly Intent[]> {
    const sql = `${SELECT_INTENTS} WHERE ${isOfGroup(1)} ORDER BY seq`;
    const rows = (await this.#connections.all(sql, ...groupParameters(group))) as IntentRow[];
    return rows.map((row) => toIntent(row));
  }

  async groupsWithOpenIntents(): Promise<readonly GroupRef[]> {
    const sql = `${SELECT_GROUPS} GROUP BY 1, 2, 3 ORDER BY min(seq)`;
    return (await this.#connections.all(sql)) as GroupRef[];
  }

  async savePlan(plan: GroupPlan): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const saved = await this.#connections.run(
      `INSERT INTO plans (hash, body, saved_at_ms) VALUES ($1, $2, $3)
       ON CONFLICT (hash) DO UPDATE SET (seq, body, saved_at_ms) = ROW (DEFAULT, EXCLUDED.body, EXCLUDED.saved_at_ms)
       WHERE plans.body <> EXCLUDED.body OR abs(plans.saved_at_ms - EXCLUDED.saved_at_ms) >= ${PLAN_STAYS_MS}`,
      plan.hash,
      JSON.stringify(planDocument(plan)),
      nowMs,
    );
    if (saved > 0) await this.#pruner.afterWrite(nowMs);
  }

  async marks(group: GroupRef): Promise<RevisionMarks> {
    const sql = 'SELECT attempted, applied FROM marks WHERE group_key = $1';
    const row = (await this.#connections.get(sql, groupKey(group))) as RevisionMarks | undefined;
    return { attempted: row?.attempted ?? null, applied: row?.applied ?? null };
  }

  async mark(group: GroupRef, marks: Partial<RevisionMarks>): Promise<void> {
    const before = await this.marks(group);
    const after = { ...before, ...marks };
    if (after.attempted === before.attempted && after.applied === before.applied) return;
    await this.#fence.note(group, (statements) =>
      statements.run(
        `INSERT INTO marks (group_key, attempted, applied) VALUES ($1, $2, $3) ON CONFLICT (group_key)
         DO UPDATE SET attempted = EXCLUDED.attempted, applied = EXCLUDED.applied`,
        groupKey(group),
        after.attempted,
        after.applied,
      ),
    );
  }

  async setFacts(group: GroupRef, facts: Partial<GroupFacts>): Promise<void> {
    const before = await groupTexts(this.#connections, group);
    const changed = changedFacts(before, facts);
    if (changed.length > 0)
      await this.#fence.note(group, (statements) => putGroupTexts(statements, group, changed));
    const inForce = new Map([...before, ...changed]).get('inForce');
    if (facts.inForce && inForce !== undefined)
      this.#policies.note(group, inForce, { policy: facts.inForce });
  }

  setEstateFacts(facts: Partial<EstateFacts>): Promise<void> {
    return this.estate.write(facts);
  }

  async setWaiting(group: GroupRef, waiting: PlanThatWaits | null): Promise<void> {
    const before = await waitingBody(this.#connections, group);
    const body = nextWaitingBody(before, waiting, this.#clock.nowMs());
    if (body === before) return;
    await this.#fence.note(group, (statements) => putWaiting(statements, group, body));
  }

  bindApproval(approval: GrantedApproval, bound: GrantedApproval): Promise<void> {
    return this.#connections.transaction((statements) => replaceApproval(statements, approval, bound));
  }

  useUpApprovals(of: ApprovedEnd): Promise<void> {
    return useUp(this.#connections, of, this.#clock.nowMs());
  }

  groupsWithFacts(): Promise<readonly GroupRef[]> {
    return knownGroups(this.#connections);
  }

  async forget(group: GroupRef): Promise<void> {
    await this.#fence.note(group, (statements) => dropGroup(statements, group));
    this.#policies.forget(group);
  }

  override async close(): Promise<void> {
    await this.#onClose();
    await super.close();
  }

  async #groupOf(clientToken: string, table: 'intents' | 'history'): Promise<GroupRef | undefined> {
    const sql = `SELECT ${GROUP_FIELDS} FROM ${table} WHERE client_token = $1`;
    return (await this.#connections.get(sql, clientToken)) as GroupRef | undefined;
  }

  /**
   * An intent that is not open was closed by another owner since, or it is not ours any more. Of one that this process
   * opened under the lease that it still has, neither can be.
   */
  async #checkClosed(clientToken: string): Promise<void> {
    const group = await this.#groupOf(clientToken, 'history');
    if (group === undefined && (await this.#groupOf(clientToken, 'intents')) !== undefined) return;
    const lease = group === undefined ? null : await this.#fence.leaseOf(group);
    const isOurs = lease !== null && clientToken.startsWith(this.#prefixOf(lease.epoch));
    if (group !== undefined && this.#unsure.has(clientToken)) return;
    if (group === undefined || (isOurs && (await this.#fence.isLatest(lease))))
      throw new Error(`no open intent has the token ${clientToken}`);
  }

  #prefixOf(epoch: number): string {
    return formatToken({ ...this.#opening, epoch, counter: 1 }).slice(0, -1);
  }
}
