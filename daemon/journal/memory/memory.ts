// A journal that forgets: for planning without a file, and for tests. What the process would find again after
// a crash is the store, which outlives the journal, as a file would.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
import {
  waitingSince,
  type ApprovedEnd,
  type GrantedApproval,
  type PastApproval,
  type WaitingGroup,
  type PlanThatWaits,
} from '../approvals.ts';
import type { ChainLink, HistoryVerdict } from '../chain/verdict.ts';
import type { KnownAttribution } from '../attribution.ts';
import {
  NO_GROUP_FACTS,
  withEndedFreeze,
  type AdoptedRule,
  type EndedFreeze,
  type EstateFacts,
  type GroupFacts,
  type RollbackInForce,
} from '../facts.ts';
import type {
  HistoryEntry,
  HistoryQuery,
  Intent,
  IntentDraft,
  IntentOutcome,
  Journal,
  JournalPorts,
  Pause,
  RevisionMarks,
} from '../journal.ts';
import { Fence, type SharedLeases } from './fence.ts';
import { entriesIn, headsIn, recordEntry, verifyStore } from './history.ts';
import { approvalKey, grantedOf, isOf, refOf, scopeKey } from './keys.ts';
import { attributionsIn, MemoryStore } from './store.ts';
import { formatToken, randomPart, type TokenOpening } from '../token.ts';
import { guarded } from '../trouble.ts';

/** @param shared the leases, where several replicas share the store; null: this process has it for itself */
export function openMemoryJournal(
  ports: JournalPorts,
  store = new MemoryStore(),
  shared: SharedLeases | null = null,
): Journal {
  return new MemoryJournal(ports, store, new Fence(shared));
}

const NO_MARKS: RevisionMarks = { attempted: null, applied: null };

class MemoryJournal implements Journal {
  readonly #clock: JournalPorts['clock'];
  readonly #store: MemoryStore;
  readonly #fence: Fence;
  readonly #opening: TokenOpening;
  #counter = 0;

  constructor({ clock, randomByte }: JournalPorts, store: MemoryStore, fence: Fence) {
    this.#clock = clock;
    this.#store = store;
    this.#fence = fence;
    const install = (store.install ??= randomPart(randomByte));
    this.#opening = { install, opening: randomPart(randomByte), epoch: (store.epoch += 1) };
  }

  openIntent(draft: IntentDraft): Promise<Intent> {
    return guarded(() => {
      const epoch = this.#fence.toBegin(draft.group)?.epoch ?? this.#opening.epoch;
      const clientToken = formatToken({ ...this.#opening, epoch, counter: (this.#counter += 1) });
      const intent = { ...draft, clientToken, openedAtMs: this.#clock.nowMs() };
      this.#store.open.set(clientToken, intent);
      return intent;
    });
  }

  closeIntent(clientToken: string, outcome: IntentOutcome): Promise<void> {
    return guarded(() => {
      const intent = this.#store.open.get(clientToken);
      if (intent === undefined && this.#fence.isShared) return;
      if (intent === undefined) throw new Error(`no open intent has the token ${clientToken}`);
      if (!this.#fence.isLatest(intent.group)) return;
      this.#store.open.delete(clientToken);
      recordEntry(this.#store, { ...intent, ...outcome, closedAtMs: this.#clock.nowMs() });
    });
  }

  verifyHistory(heads: readonly string[]): Promise<HistoryVerdict> {
    return guarded(() => verifyStore(this.#store, heads));
  }

  chainHeads(): Promise<readonly ChainLink[]> {
    return guarded(() => headsIn(this.#store));
  }

  openIntents(group: GroupRef): Promise<readonly Intent[]> {
    return guarded(() => [...this.#store.open.values()].filter((intent) => isOf(group, intent.group)));
  }

  groupsWithOpenIntents(): Promise<readonly GroupRef[]> {
    return guarded(() => {
      const groups = [...this.#store.open.values()].map(({ group }) => group);
      return [...new Map(groups.map((group) => [groupKey(group), group])).values()];
    });
  }

  history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return guarded(() => entriesIn(this.#store, query));
  }

  savePlan(plan: GroupPlan): Promise<void> {
    return guarded(() => void this.#store.plans.set(plan.hash, JSON.stringify(planDocument(plan))));
  }

  findPlan(hash: string): Promise<string | null> {
    return guarded(() => this.#store.plans.get(hash) ?? null);
  }

  pause(pause: Pause): Promise<void> {
    this.#store.changes += 1;
    return guarded(() => void this.#store.pauses.set(scopeKey(pause.group), pause));
  }

  resume(group: GroupRef | null): Promise<boolean> {
    this.#store.changes += 1;
    return guarded(() => this.#store.pauses.delete(scopeKey(group)));
  }

  pauses(nowMs: number, of?: GroupRef): Promise<readonly Pause[]> {
    return guarded(() =>
      [...this.#store.pauses.values()].filter(
        ({ untilMs, group }) => nowMs < untilMs && (of === undefined || group === null || isOf(group, of)),
      ),
    );
  }

  marks(group: GroupRef): Promise<RevisionMarks> {
    return guarded(() => this.#store.marks.get(groupKey(group)) ?? NO_MARKS);
  }

  mark(group: GroupRef, marks: Partial<RevisionMarks>): Promise<void> {
    return guarded(() => {
      this.#fence.toNote(group);
      const before = this.#store.marks.get(groupKey(group)) ?? NO_MARKS;
      this.#store.marks.set(groupKey(group), { ...before, ...marks });
    });
  }

  approve(approval: GrantedApproval): Promise<void> {
    this.#store.changes += 1;
    return guarded(() => this.#setApproval(approval));
  }

  bindApproval(approval: GrantedApproval, bound: GrantedApproval): Promise<void> {
    return guarded(() => {
      this.#store.approvals.delete(approvalKey(approval));
      this.#setApproval(bound);
    });
  }

  useUpApprovals(of: ApprovedEnd): Promise<void> {
    const isMeant = ({ group, planHash, desiredHash }: GrantedApproval): boolean => {
      if (!('group' in of)) return planHash === of.revision;
      return scopeKey(group) === groupKey(of.group) && desiredHash === of.desiredHash;
    };
    return guarded(() => {
      for (const [key, approval] of this.#store.approvals) {
        if (approval.usedAtMs !== null || !isMeant(approval)) continue;
        this.#store.approvals.set(key, { ...approval, usedAtMs: this.#clock.nowMs() });
      }
    });
  }

  approvals(nowMs: number, of?: GroupRef): Promise<readonly GrantedApproval[]> {
    return guarded(() =>
      [...this.#store.approvals.values()]
        .filter(({ usedAtMs, untilMs }) => usedAtMs === null && nowMs < untilMs)
        .filter(({ group }) => of === undefined || group === null || isOf(group, of))
        .map(grantedOf),
    );
  }

  pastApprovals({ group, sinceMs, limit }: HistoryQuery): Promise<readonly PastApproval[]> {
    const ofAll = Object.keys(group).length === 0;
    return guarded(() =>
      [...this.#store.approvals.values()]
        .filter(
          ({ group: of, atMs }) =>
            (of === null ? ofAll : isOf(group, of)) && (sinceMs === null || atMs >= sinceMs),
        )
        .sort((a, b) => a.atMs - b.atMs)
        .slice(-limit),
    );
  }

  #setApproval(approval: GrantedApproval): void {
    const key = approvalKey(approval);
    this.#store.approvals.delete(key);
    this.#store.approvals.set(key, { ...approval, usedAtMs: null });
  }

  waiting(): Promise<readonly WaitingGroup[]> {
    return guarded(() =>
      [...this.#store.waiting].sort(([a], [b]) => compareText(a, b)).map(([, waiting]) => waiting),
    );
  }

  setWaiting(group: GroupRef, waiting: PlanThatWaits | null): Promise<void> {
    return guarded(() => {
      this.#fence.toNote(group);
      const key = groupKey(group);
      if (waiting === null) return void this.#store.waiting.delete(key);
      const sinceMs = waitingSince(waiting, this.#store.waiting.get(key) ?? null, this.#clock.nowMs());
      this.#store.waiting.set(key, { ...waiting, sinceMs, group: refOf(group) });
    });
  }

  facts(group: GroupRef): Promise<GroupFacts> {
    return guarded(() => this.#factsOf(group));
  }

  #factsOf(group: GroupRef): GroupFacts {
    const key = groupKey(group);
    const { losses, attribution } = this.#store.lasting.get(key) ?? NO_GROUP_FACTS;
    return this.#store.facts.get(key)?.facts ?? { ...NO_GROUP_FACTS, losses, attribution };
  }

  async adopt(group: GroupRef, rules: readonly AdoptedRule[]): Promise<void> {
    const { adoptedRules } = await this.facts(group);
    this.#noteFacts(group, { adoptedRules: [...adoptedRules, ...rules] });
  }

  setFacts(group: GroupRef, facts: Partial<GroupFacts>): Promise<void> {
    return guarded(() => {
      this.#fence.toNote(group);
      this.#noteFacts(group, facts);
    });
  }

  #noteFacts(group: GroupRef, facts: Partial<GroupFacts>): void {
    const known = { ...this.#factsOf(group), ...facts };
    this.#store.facts.set(groupKey(group), { group: refOf(group), facts: known });
  }

  groupsWithFacts(): Promise<readonly GroupRef[]> {
    return guarded(() => [...this.#store.facts.values()].map(({ group }) => group));
  }

  forget(group: GroupRef): Promise<void> {
    return guarded(() => {
      this.#fence.toNote(group);
      const { losses, attribution } = this.#factsOf(group);
      this.#store.lasting.set(groupKey(group), { group: refOf(group), losses, attribution });
      this.#store.facts.delete(groupKey(group));
      this.#store.waiting.delete(groupKey(group));
      for (const [key, approval] of this.#store.approvals) {
        if (scopeKey(approval.group) === groupKey(group)) this.#store.approvals.delete(key);
      }
    });
  }

  attributions(of: Partial<GroupRef>): Promise<readonly KnownAttribution[]> {
    return guarded(() => attributionsIn(this.#store).filter(({ group }) => isOf(of, group)));
  }

  endedFreezes(): Promise<readonly EndedFreeze[]> {
    return guarded(() => this.#store.estate.endedFreezes);
  }

  rollBack(rollback: RollbackInForce | null): Promise<void> {
    this.#store.changes += 1;
    return guarded(() => void (this.#store.estate = { ...this.#store.estate, rollback }));
  }

  endFreeze(ended: EndedFreeze, nowMs: number): Promise<void> {
    this.#store.changes += 1;
    const { estate } = this.#store;
    const endedFreezes = withEndedFreeze(estate.endedFreezes, ended, nowMs);
    return guarded(() => void (this.#store.estate = { ...estate, endedFreezes }));
  }

  estateFacts(): Promise<EstateFacts> {
    return guarded(() => this.#store.estate);
  }

  setEstateFacts(facts: Partial<EstateFacts>): Promise<void> {
    return guarded(() => void (this.#store.estate = { ...this.#store.estate, ...facts }));
  }

  foreignChanges(): Promise<number> {
    return guarded(() => this.#store.changes);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
