// What holds for every journal, whatever it is kept in. A new kind of journal passes all of it before it ships.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  HistoryQuery,
  IntentDraft,
  IntentOutcome,
  Journal,
  JournalPorts,
} from '../../../../daemon/journal/journal.ts';
import type { GroupRef } from '../../../../reconciler/model/group.ts';
import type { GroupPlan } from '../../../../reconciler/plan/plan.ts';
import { planDocument } from '../../../../reconciler/report/document.ts';

/** Where a journal is kept. */
export interface JournalPlace {
  /** Opens what is kept there, as a process does that starts. The journal before must have been closed. */
  open(ports: JournalPorts): Promise<Journal>;
  remove(): void | Promise<void>;
}

export const GROUP: GroupRef = { account: 'default', region: 'cn-hangzhou', id: 'sg-1' };
const OTHER: GroupRef = { ...GROUP, id: 'sg-2' };
/** Groups that share all but one part of their names with `GROUP`. */
export const NEIGHBOURS = [
  { part: 'account', neighbour: { ...GROUP, account: 'other' } },
  { part: 'region', neighbour: { ...GROUP, region: 'cn-beijing' } },
  { part: 'id', neighbour: OTHER },
];

export const DRAFT: IntentDraft = {
  group: GROUP,
  revision: 'abc',
  planHash: 'f00',
  reconcileId: 'r1',
  step: 1,
  operation: 'AuthorizeSecurityGroup',
  params: { RegionId: 'cn-hangzhou', 'Permissions.1.Description': 'Ünïcode ☂ "quoted"' },
  effect: {
    adds: [{ identity: 'ingress|tcp|443/443', id: null, description: 'Ünïcode ☂ "quoted"' }],
    removes: [{ identity: 'ingress|tcp|80/80', id: 'sgr-1' }],
  },
};

export const APPLIED: IntentOutcome = { result: 'applied', requestId: 'REQ-1', code: null };
const SUPERSEDED: IntentOutcome = { result: 'superseded', requestId: null, code: null };

const PLAN: GroupPlan = {
  ...GROUP,
  mode: 'enforce',
  status: 'converged',
  diff: { missing: [], unexpected: [], different: [], same: 3, unmanaged: 0 },
  steps: [],
  hitless: true,
  exceptions: [],
  exposure: { opened: [], closed: [], effects: [], exact: true },
  findings: [],
  blockedBy: [],
  hash: 'f00',
  desiredHash: 'fee',
  heldBy: [],
  losing: [],
  opening: [],
  approval: null,
};

export const EVERYTHING: HistoryQuery = { group: {}, sinceMs: null, limit: 1000 };

const START_MS = 1_000_000;

/** Runs the contract for one kind of journal. `makePlace` makes an empty place for each test. */
export function journalContract(kind: string, makePlace: () => JournalPlace): void {
  let place: JournalPlace;
  let nowMs: number;
  let journal: Journal;
  let dice = 0;
  const ports: JournalPorts = {
    clock: { nowMs: () => nowMs },
    randomByte: () => (dice = (dice * 73 + 41) % 256),
  };

  beforeEach(async () => {
    nowMs = START_MS;
    place = makePlace();
    journal = await place.open(ports);
  });
  afterEach(async () => {
    await journal.close();
    await place.remove();
  });

  const restart = async (): Promise<void> => {
    await journal.close();
    journal = await place.open(ports);
  };
  const closeOne = async (draft: IntentDraft): Promise<void> => {
    const { clientToken } = await journal.openIntent(draft);
    await journal.closeIntent(clientToken, APPLIED);
  };
  const stepsOf = (intents: ReadonlyArray<{ readonly step: number }>) => intents.map(({ step }) => step);

  describe(`the intents of a ${kind} journal`, () => {
    it('are open, oldest first, with everything their drafts said', async () => {
      const first = await journal.openIntent(DRAFT);
      nowMs += 5;
      const second = await journal.openIntent({ ...DRAFT, step: 2 });
      expect(await journal.openIntents(GROUP)).toEqual([first, second]);
      expect(first).toEqual({ ...DRAFT, clientToken: first.clientToken, openedAtMs: START_MS });
      expect(second.openedAtMs).toBe(START_MS + 5);
    });

    it.each(NEIGHBOURS)('are no intents of a group with another $part', async ({ neighbour }) => {
      const mine = await journal.openIntent(DRAFT);
      const foreign = await journal.openIntent({ ...DRAFT, group: neighbour });
      expect(await journal.openIntents(GROUP)).toEqual([mine]);
      expect(await journal.openIntents(neighbour)).toEqual([foreign]);
    });

    it('name their groups, each once, and no group whose intents are all closed', async () => {
      await closeOne(DRAFT);
      expect(await journal.groupsWithOpenIntents()).toEqual([]);
      for (const { neighbour } of NEIGHBOURS) await journal.openIntent({ ...DRAFT, group: neighbour });
      await journal.openIntent({ ...DRAFT, group: OTHER, step: 2 });
      const groups = await journal.groupsWithOpenIntents();
      expect(groups).toHaveLength(NEIGHBOURS.length);
      expect(groups).toEqual(expect.arrayContaining(NEIGHBOURS.map(({ neighbour }) => neighbour)));
    });

    it('move to the history when they are closed, in the order of closing', async () => {
      const first = await journal.openIntent(DRAFT);
      const second = await journal.openIntent({ ...DRAFT, step: 2 });
      nowMs += 10;
      await journal.closeIntent(second.clientToken, APPLIED);
      nowMs -= 9; // a clock that was set back does not change the order
      const failed = { result: 'failed', requestId: null, code: 'InvalidParam' } as const;
      await journal.closeIntent(first.clientToken, failed);
      expect(await journal.openIntents(GROUP)).toEqual([]);
      expect(await journal.history(EVERYTHING)).toEqual([
        { ...second, ...APPLIED, closedAtMs: START_MS + 10 },
        { ...first, ...failed, closedAtMs: START_MS + 1 },
      ]);
    });

    it('are closed exactly once: a second time, or one of an unknown token, is a bug', async () => {
      const { clientToken } = await journal.openIntent(DRAFT);
      await journal.closeIntent(clientToken, APPLIED);
      await expect(journal.closeIntent(clientToken, SUPERSEDED)).rejects.toThrow('no open intent');
      await expect(journal.closeIntent('never-seen', APPLIED)).rejects.toThrow('no open intent');
      expect(await journal.history(EVERYTHING)).toMatchObject([{ clientToken, ...APPLIED }]);
    });

    it('are closed exactly once also by two that come at once', async () => {
      const { clientToken } = await journal.openIntent(DRAFT);
      const both = await Promise.allSettled([
        journal.closeIntent(clientToken, APPLIED),
        journal.closeIntent(clientToken, SUPERSEDED),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await journal.history(EVERYTHING)).toHaveLength(1);
    });

    it('stay open over a restart, and can be closed after it', async () => {
      const open = await journal.openIntent(DRAFT);
      await restart();
      expect(await journal.openIntents(GROUP)).toEqual([open]);
      await journal.closeIntent(open.clientToken, SUPERSEDED);
      expect(await journal.groupsWithOpenIntents()).toEqual([]);
      expect(await journal.history(EVERYTHING)).toMatchObject([{ clientToken: open.clientToken }]);
    });

    it('never get the same token twice, over restarts as well, for the same draft', async () => {
      const tokens: string[] = [];
      for (let opening = 0; opening < 5; opening += 1) {
        const intents = Array.from({ length: 40 }, () => journal.openIntent(DRAFT));
        for (const { clientToken } of await Promise.all(intents)) tokens.push(clientToken);
        await restart();
      }
      expect(new Set(tokens).size).toBe(200);
      for (const token of tokens) expect(token).toMatch(/^[\x21-\x7e]{1,64}$/);
    });
  });

  describe(`the history of a ${kind} journal`, () => {
    const query = (change: Partial<HistoryQuery>): HistoryQuery => ({ ...EVERYTHING, ...change });

    it.each([
      { what: 'of one group', asked: query({ group: OTHER }), steps: [2, 4] },
      { what: 'of an id, wherever it is', asked: query({ group: { id: 'sg-1' } }), steps: [1, 3, 5] },
      { what: 'since a time', asked: query({ sinceMs: START_MS + 3 }), steps: [3, 4, 5] },
      { what: 'of the newest only', asked: query({ limit: 2 }), steps: [4, 5] },
      {
        what: 'of the newest of a group since a time',
        asked: { group: GROUP, sinceMs: START_MS + 1, limit: 1 },
        steps: [3],
      },
    ])('is answered $what, oldest first', async ({ asked, steps }) => {
      for (const step of [1, 2, 3, 4]) {
        nowMs = START_MS + step;
        await closeOne({ ...DRAFT, step, group: step % 2 === 0 ? OTHER : GROUP });
      }
      nowMs = START_MS + 5;
      await closeOne({ ...DRAFT, step: 5, group: { ...GROUP, region: 'cn-beijing' } });
      expect(stepsOf(await journal.history(asked))).toEqual(steps);
    });

    it('is whole in a chain for each account and region, has its heads, and goes on after a restart', async () => {
      await closeOne(DRAFT);
      await closeOne({ ...DRAFT, group: { ...GROUP, region: 'cn-beijing' } });
      const early = await journal.chainHeads();
      await restart();
      await closeOne({ ...DRAFT, step: 2, group: OTHER });
      const heads = await journal.chainHeads();
      expect(heads.map(({ chain, number }) => [chain, number])).toEqual([
        ['default/cn-beijing', 1],
        ['default/cn-hangzhou', 2],
      ]);
      const hashes = [...early, ...heads].map(({ hash }) => hash);
      const verdict = await journal.verifyHistory([...hashes, 'never']);
      expect(verdict.chains.map(({ head }) => head)).toEqual(heads);
      expect(verdict.chains.map(({ broken }) => broken)).toEqual([null, null]);
      expect(verdict.unlinked.entries).toBe(0);
      expect(verdict.heads.filter(({ found }) => found === null)).toEqual([{ hash: 'never', found: null }]);
    });

    it('has no open intents', async () => {
      await journal.openIntent(DRAFT);
      expect(await journal.history(EVERYTHING)).toEqual([]);
    });

    it('is there after a restart', async () => {
      await closeOne(DRAFT);
      const before = await journal.history(EVERYTHING);
      await restart();
      expect(await journal.history(EVERYTHING)).toEqual(before);
      expect(before).toHaveLength(1);
    });
  });

  describe(`the marks of a ${kind} journal`, () => {
    it('are kept apart by kind, and over a restart', async () => {
      expect(await journal.marks(GROUP)).toEqual({ attempted: null, applied: null });
      await journal.mark(GROUP, { attempted: 'r1' });
      await journal.mark(GROUP, { applied: 'r1' });
      await journal.mark(GROUP, { attempted: 'r2' });
      expect(await journal.marks(GROUP)).toEqual({ attempted: 'r2', applied: 'r1' });
      await journal.mark(GROUP, { attempted: 'r3', applied: null });
      await restart();
      expect(await journal.marks(GROUP)).toEqual({ attempted: 'r3', applied: null });
    });

    it.each(NEIGHBOURS)('are no marks of a group with another $part', async ({ neighbour }) => {
      await journal.mark(GROUP, { attempted: 'r1' });
      await journal.mark(neighbour, { applied: 'r9' });
      expect(await journal.marks(GROUP)).toEqual({ attempted: 'r1', applied: null });
      expect(await journal.marks(neighbour)).toEqual({ attempted: null, applied: 'r9' });
    });
  });

  describe(`the pauses of a ${kind} journal`, () => {
    const all = { group: null, reason: 'freeze', pausedAtMs: START_MS, untilMs: START_MS + 100 };
    const one = { group: GROUP, reason: 'debugging', pausedAtMs: START_MS, untilMs: START_MS + 50 };

    it('last until their time', async () => {
      await journal.pause(one);
      await journal.pause(all);
      expect(await journal.pauses(START_MS + 49)).toHaveLength(2);
      expect(await journal.pauses(START_MS + 50)).toEqual([all]);
      expect(await journal.pauses(START_MS + 100)).toEqual([]);
    });

    it('of the same groups replace one another', async () => {
      await journal.pause({ ...one, reason: 'replaced' });
      await journal.pause(one);
      expect(await journal.pauses(START_MS)).toEqual([one]);
    });

    it('of a group, of another and of all groups end apart', async () => {
      const other = { ...one, group: OTHER };
      for (const pause of [one, other, all]) await journal.pause(pause);
      expect(await journal.resume(null)).toBe(true);
      expect(await journal.resume(null)).toBe(false);
      expect(await journal.resume(OTHER)).toBe(true);
      expect(await journal.pauses(START_MS)).toEqual([one]);
    });

    it.each(NEIGHBOURS)('are not over a group with another $part, unless over all', async ({ neighbour }) => {
      await journal.pause(one);
      expect(await journal.pauses(START_MS, GROUP)).toEqual([one]);
      expect(await journal.pauses(START_MS, neighbour)).toEqual([]);
      await journal.pause(all);
      expect(await journal.pauses(START_MS, neighbour)).toEqual([all]);
      expect(await journal.pauses(START_MS, GROUP)).toEqual(expect.arrayContaining([all, one]));
      expect(await journal.pauses(START_MS + 50, GROUP)).toEqual([all]);
    });

    it('are there after a restart', async () => {
      await journal.pause(all);
      await journal.pause(one);
      await restart();
      expect(await journal.pauses(START_MS)).toEqual(expect.arrayContaining([all, one]));
    });
  });

  describe(`the plans of a ${kind} journal`, () => {
    it('are found by their hashes as plan --json shows them, saved once or twice, after a restart too', async () => {
      await journal.savePlan(PLAN);
      await journal.savePlan(PLAN);
      const text = JSON.stringify(planDocument(PLAN));
      expect(await journal.findPlan('f00')).toBe(text);
      await restart();
      expect(await journal.findPlan('f00')).toBe(text);
    });

    it('are kept as they were made last, where the same changes were made by other calls before', async () => {
      await journal.savePlan(PLAN);
      const last = { ...PLAN, hitless: !PLAN.hitless };
      await journal.savePlan(last);
      expect(await journal.findPlan('f00')).toBe(JSON.stringify(planDocument(last)));
    });

    it('are not found if they were never saved', async () => {
      await journal.savePlan(PLAN);
      expect(await journal.findPlan('bad')).toBeNull();
    });
  });

  it(`a ${kind} journal may be closed twice`, async () => {
    await journal.close();
    await journal.close();
    journal = await place.open(ports);
    expect(await journal.groupsWithOpenIntents()).toEqual([]);
  });
}
