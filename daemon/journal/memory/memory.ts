// A journal that forgets: for planning without a file, and for tests. What the process would find again after
// a crash is the store, which outlives the journal, as a file would.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { planDocument } from '../../../reconciler/report/document.ts';
import type { Clock } from '../../clock.ts';
import type {
  HistoryEntry,
  HistoryQuery,
  Intent,
  IntentDraft,
  Journal,
  Outcome,
  Pause,
  RevisionMarks,
} from '../journal.ts';
import { formatToken, randomPart } from '../token.ts';

export interface JournalPorts {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Whole numbers from 0 to 255, not to be guessed. */
  readonly randomByte: () => number;
}

export interface MemoryStore {
  install: string | null;
  epoch: number;
  readonly open: Map<string, Intent>;
  readonly closed: HistoryEntry[];
  readonly plans: Map<string, string>;
  readonly pauses: Map<string, Pause>;
  readonly marks: Map<string, RevisionMarks>;
}

export const emptyStore = (): MemoryStore => ({
  install: null,
  epoch: 0,
  open: new Map(),
  closed: [],
  plans: new Map(),
  pauses: new Map(),
  marks: new Map(),
});

const ALL_GROUPS = '*';
const NO_MARKS: RevisionMarks = { attempted: null, applied: null };

export function openMemoryJournal(ports: JournalPorts, store: MemoryStore = emptyStore()): Journal {
  const install = (store.install ??= randomPart(ports.randomByte));
  const opening = randomPart(ports.randomByte);
  const epoch = (store.epoch += 1);
  let counter = 0;

  function openIntent(draft: IntentDraft): Intent {
    const clientToken = formatToken({ install, opening, epoch, counter: (counter += 1) });
    const intent = { ...draft, clientToken, openedAtMs: ports.clock.nowMs() };
    store.open.set(clientToken, intent);
    return intent;
  }

  function closeIntent(clientToken: string, outcome: Outcome): void {
    const intent = store.open.get(clientToken);
    if (intent === undefined) throw new Error(`no open intent has the token ${clientToken}`);
    store.open.delete(clientToken);
    store.closed.push({ ...intent, ...outcome, closedAtMs: ports.clock.nowMs() });
  }

  return {
    epoch,
    openIntent,
    closeIntent,
    openIntents: () => [...store.open.values()],
    history: (query) => store.closed.filter((entry) => matches(entry, query)).slice(-query.limit),
    savePlan: (plan) => void store.plans.set(plan.hash, JSON.stringify(planDocument(plan))),
    findPlan: (hash) => store.plans.get(hash) ?? null,
    pause: (pause) => void store.pauses.set(pauseKey(pause.group), pause),
    resume: (group) => store.pauses.delete(pauseKey(group)),
    pauses: (nowMs) => [...store.pauses.values()].filter(({ untilMs }) => nowMs < untilMs),
    marks: (group) => store.marks.get(groupKey(group)) ?? NO_MARKS,
    mark: (group, marks) => {
      store.marks.set(groupKey(group), { ...(store.marks.get(groupKey(group)) ?? NO_MARKS), ...marks });
    },
    close: () => undefined,
  };
}

const pauseKey = (group: GroupRef | null): string => (group === null ? ALL_GROUPS : groupKey(group));

function matches(entry: HistoryEntry, { groupId, sinceMs }: HistoryQuery): boolean {
  return (
    (groupId === null || entry.group.id === groupId) && (sinceMs === null || entry.closedAtMs >= sinceMs)
  );
}
