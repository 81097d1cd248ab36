// What holds for every journal, whatever it is kept in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IntentDraft, Journal, Outcome } from '../../../../daemon/journal/journal.ts';
import {
  emptyStore,
  openMemoryJournal,
  type JournalPorts,
} from '../../../../daemon/journal/memory/memory.ts';
import { RETENTION } from '../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../../../daemon/journal/sqlite/sqlite.ts';
import type { GroupPlan } from '../../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../../reconciler/report/document.ts';

const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-1' };
const OTHER = { ...GROUP, id: 'sg-2' };

const DRAFT: IntentDraft = {
  group: GROUP,
  revision: 'abc',
  planHash: 'f00',
  reconcileId: 'r1',
  step: 1,
  operation: 'AuthorizeSecurityGroup',
  params: { RegionId: 'cn-hangzhou', 'Permissions.1.Description': 'Ünïcode ☂ "quoted"' },
};

const APPLIED: Outcome = { result: 'applied', requestId: 'REQ-1', code: null };

const PLAN: GroupPlan = {
  ...GROUP,
  mode: 'enforce',
  status: 'converged',
  diff: { missing: [], surplus: [], altered: [], same: 3, unmanaged: 0 },
  steps: [],
  hitless: true,
  exceptions: [],
  exposure: { opened: [], closed: [], effects: [], exact: true },
  findings: [],
  blockedBy: [],
  hash: 'f00',
};

let folder: string;
let nowMs: number;
let opened: Journal[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  nowMs = 1_000_000;
  opened = [];
});
afterEach(() => {
  for (const journal of opened) journal.close();
  rmSync(folder, { recursive: true });
});

let dice = 0;
const ports: JournalPorts = {
  clock: { nowMs: () => nowMs },
  randomByte: () => (dice = (dice * 73 + 41) % 256),
};

/** Opens the same journal again each time it is called, as a restart would. */
const kinds: Record<string, () => () => Journal> = {
  memory: () => {
    const store = emptyStore();
    return () => openMemoryJournal(ports, store);
  },
  sqlite: () => () => {
    const journal = openSqliteJournal(join(folder, 'journal.db'), { ...ports, retention: RETENTION });
    if (!journal.ok) throw new Error(journal.error.message);
    opened.push(journal.value);
    return journal.value;
  },
};

describe.each(Object.keys(kinds))('a %s journal', (kind) => {
  let reopen: () => Journal;
  beforeEach(() => {
    reopen = kinds[kind]!();
  });

  it('lists open intents oldest first, with everything the draft said', () => {
    const journal = reopen();
    const first = journal.openIntent(DRAFT);
    nowMs += 5;
    const second = journal.openIntent({ ...DRAFT, group: OTHER, step: 2 });
    expect(journal.openIntents()).toEqual([first, second]);
    expect(first).toEqual({ ...DRAFT, clientToken: first.clientToken, openedAtMs: 1_000_000 });
    expect(second.openedAtMs).toBe(1_000_005);
  });

  it('moves a closed intent to the history, in the order of closing', () => {
    const journal = reopen();
    const first = journal.openIntent(DRAFT);
    const second = journal.openIntent({ ...DRAFT, step: 2 });
    nowMs += 10;
    journal.closeIntent(second.clientToken, APPLIED);
    nowMs -= 9; // a clock that was set back does not change the order
    journal.closeIntent(first.clientToken, { result: 'failed', requestId: null, code: 'InvalidParam' });
    expect(journal.openIntents()).toEqual([]);
    expect(journal.history({ groupId: null, sinceMs: null, limit: 10 })).toEqual([
      { ...second, ...APPLIED, closedAtMs: 1_000_010 },
      { ...first, result: 'failed', requestId: null, code: 'InvalidParam', closedAtMs: 1_000_001 },
    ]);
  });

  it.each([
    { name: 'one group', query: { groupId: 'sg-2', sinceMs: null, limit: 10 }, steps: [2, 4] },
    { name: 'since a time', query: { groupId: null, sinceMs: 1_000_003, limit: 10 }, steps: [3, 4] },
    { name: 'the newest only', query: { groupId: null, sinceMs: null, limit: 2 }, steps: [3, 4] },
    { name: 'all of it together', query: { groupId: 'sg-1', sinceMs: 1_000_001, limit: 1 }, steps: [3] },
  ])('answers the history of $name', ({ query, steps }) => {
    const journal = reopen();
    for (const step of [1, 2, 3, 4]) {
      nowMs = 1_000_000 + step;
      const { clientToken } = journal.openIntent({ ...DRAFT, step, group: step % 2 === 0 ? OTHER : GROUP });
      journal.closeIntent(clientToken, APPLIED);
    }
    expect(journal.history(query).map((entry) => entry.step)).toEqual(steps);
  });

  it('treats a second closing, or one of an unknown token, as a bug', () => {
    const journal = reopen();
    const { clientToken } = journal.openIntent(DRAFT);
    journal.closeIntent(clientToken, APPLIED);
    expect(() => journal.closeIntent(clientToken, APPLIED)).toThrow('no open intent');
    expect(() => journal.closeIntent('never-seen', APPLIED)).toThrow('no open intent');
    expect(journal.history({ groupId: null, sinceMs: null, limit: 10 })).toHaveLength(1);
  });

  it('finds everything again after a restart, in a later epoch', () => {
    const before = reopen();
    const closed = before.openIntent(DRAFT);
    const open = before.openIntent({ ...DRAFT, step: 2 });
    before.closeIntent(closed.clientToken, APPLIED);
    before.savePlan(PLAN);
    before.mark(GROUP, { attempted: 'abc' });
    before.pause({ group: null, reason: 'maintenance', pausedAtMs: nowMs, untilMs: nowMs + 1000 });
    before.close();

    const after = reopen();
    expect(after.epoch).toBe(before.epoch + 1);
    expect(after.openIntents()).toEqual([open]);
    expect(after.history({ groupId: null, sinceMs: null, limit: 10 })).toHaveLength(1);
    expect(JSON.parse(after.findPlan('f00') ?? 'null')).toEqual(planDocument(PLAN));
    expect(after.marks(GROUP)).toEqual({ attempted: 'abc', applied: null });
    expect(after.pauses(nowMs)).toHaveLength(1);
    after.closeIntent(open.clientToken, { result: 'superseded', requestId: null, code: null });
    expect(after.openIntents()).toEqual([]);
  });

  it('never gives the same token twice, over restarts as well, for the same draft', () => {
    const tokens: string[] = [];
    for (let restart = 0; restart < 5; restart += 1) {
      const journal = reopen();
      for (let i = 0; i < 40; i += 1) tokens.push(journal.openIntent(DRAFT).clientToken);
      journal.close();
    }
    expect(new Set(tokens).size).toBe(200);
    for (const token of tokens) expect(token).toMatch(/^[\x21-\x7e]{1,64}$/);
  });

  it('keeps marks apart by group and by kind', () => {
    const journal = reopen();
    expect(journal.marks(GROUP)).toEqual({ attempted: null, applied: null });
    journal.mark(GROUP, { attempted: 'r1' });
    journal.mark(GROUP, { applied: 'r1' });
    journal.mark(GROUP, { attempted: 'r2' });
    journal.mark(OTHER, { applied: 'r9' });
    expect(journal.marks(GROUP)).toEqual({ attempted: 'r2', applied: 'r1' });
    expect(journal.marks(OTHER)).toEqual({ attempted: null, applied: 'r9' });
  });

  it('pauses and resumes all groups and single ones apart, until their time', () => {
    const journal = reopen();
    const all = { group: null, reason: 'freeze', pausedAtMs: nowMs, untilMs: nowMs + 100 };
    const one = { group: GROUP, reason: 'debugging', pausedAtMs: nowMs, untilMs: nowMs + 50 };
    journal.pause({ ...one, reason: 'replaced' });
    journal.pause(one);
    journal.pause(all);
    expect(journal.pauses(nowMs)).toEqual(expect.arrayContaining([all, one]));
    expect(journal.pauses(nowMs)).toHaveLength(2);
    expect(journal.pauses(nowMs + 50)).toEqual([all]);
    expect(journal.pauses(nowMs + 100)).toEqual([]);
    expect(journal.resume(null)).toBe(true);
    expect(journal.resume(null)).toBe(false);
    expect(journal.pauses(nowMs)).toEqual([one]);
  });

  it('has no plan that was never saved', () => {
    const journal = reopen();
    journal.savePlan(PLAN);
    journal.savePlan(PLAN);
    expect(journal.findPlan('f00')).toBe(JSON.stringify(planDocument(PLAN)));
    expect(journal.findPlan('bad')).toBeNull();
  });
});
