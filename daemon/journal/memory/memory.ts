// A journal that forgets: for planning without a file, and for tests. What the process would find again after
// a crash is the store, which outlives the journal, as a file would.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
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
import { formatToken, randomPart, type TokenOpening } from '../token.ts';
import { guarded } from '../trouble.ts';

export class MemoryStore {
  install: string | null = null;
  epoch = 0;
  readonly open = new Map<string, Intent>();
  readonly closed: HistoryEntry[] = [];
  readonly plans = new Map<string, string>();
  readonly pauses = new Map<string, Pause>();
  readonly marks = new Map<string, RevisionMarks>();
}

export function openMemoryJournal(ports: JournalPorts, store = new MemoryStore()): Journal {
  return new MemoryJournal(ports, store);
}

const ALL_GROUPS = '*';
const NO_MARKS: RevisionMarks = { attempted: null, applied: null };

class MemoryJournal implements Journal {
  readonly #clock: JournalPorts['clock'];
  readonly #store: MemoryStore;
  readonly #opening: TokenOpening;
  #counter = 0;

  constructor({ clock, randomByte }: JournalPorts, store: MemoryStore) {
    this.#clock = clock;
    this.#store = store;
    const install = (store.install ??= randomPart(randomByte));
    this.#opening = { install, opening: randomPart(randomByte), epoch: (store.epoch += 1) };
  }

  openIntent(draft: IntentDraft): Promise<Intent> {
    return guarded(() => {
      const clientToken = formatToken({ ...this.#opening, counter: (this.#counter += 1) });
      const intent = { ...draft, clientToken, openedAtMs: this.#clock.nowMs() };
      this.#store.open.set(clientToken, intent);
      return intent;
    });
  }

  closeIntent(clientToken: string, outcome: IntentOutcome): Promise<void> {
    return guarded(() => {
      const intent = this.#store.open.get(clientToken);
      if (intent === undefined) throw new Error(`no open intent has the token ${clientToken}`);
      this.#store.open.delete(clientToken);
      this.#store.closed.push({ ...intent, ...outcome, closedAtMs: this.#clock.nowMs() });
    });
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

  history({ group, sinceMs, limit }: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return guarded(() =>
      this.#store.closed
        .filter((entry) => isOf(group, entry.group) && (sinceMs === null || entry.closedAtMs >= sinceMs))
        .slice(-limit),
    );
  }

  savePlan(plan: GroupPlan): Promise<void> {
    return guarded(() => void this.#store.plans.set(plan.hash, JSON.stringify(planDocument(plan))));
  }

  findPlan(hash: string): Promise<string | null> {
    return guarded(() => this.#store.plans.get(hash) ?? null);
  }

  pause(pause: Pause): Promise<void> {
    return guarded(() => void this.#store.pauses.set(pauseKey(pause.group), pause));
  }

  resume(group: GroupRef | null): Promise<boolean> {
    return guarded(() => this.#store.pauses.delete(pauseKey(group)));
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
      const before = this.#store.marks.get(groupKey(group)) ?? NO_MARKS;
      this.#store.marks.set(groupKey(group), { ...before, ...marks });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const pauseKey = (group: GroupRef | null): string => (group === null ? ALL_GROUPS : groupKey(group));

const isOf = ({ account, region, id }: Partial<GroupRef>, group: GroupRef): boolean =>
  (account === undefined || account === group.account) &&
  (region === undefined || region === group.region) &&
  (id === undefined || id === group.id);
