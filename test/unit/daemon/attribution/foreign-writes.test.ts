import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignWrites, ownCalls } from '../../../../daemon/attribution/foreign-writes.ts';
import { readTrailEvent } from '../../../../daemon/attribution/trail-event.ts';
import { MemoryStore } from '../../../../daemon/journal/memory/store.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import type { IntentDraft } from '../../../../daemon/journal/journal.ts';

const { Events } = JSON.parse(readFileSync('test/fixtures/actiontrail/lookup-events.json', 'utf8')) as {
  Events: readonly object[];
};
const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-bp1web' };

const eventsOf = (raw: readonly object[]) => raw.map(readTrailEvent).filter((event) => event !== null);
const requestIds = (raw: readonly object[], known: readonly string[] = []) =>
  foreignWrites(eventsOf(raw), GROUP.id, new Set(known)).map(({ requestId }) => requestId);

describe('whose write it is', () => {
  it('every write to the group that the journal does not know is someone else’s', () => {
    expect(requestIds(Events)).toHaveLength(3);
  });

  it('a call of ours is told by its request id', () => {
    expect(requestIds(Events, ['A5A4BB74-EFBC-5D8B-BD8A-1B9131429438'])).toHaveLength(2);
  });

  it('a call of ours whose answer was lost is told by its ClientToken', () => {
    expect(requestIds(Events, ['terraform-1'])).toHaveLength(2);
  });

  it('what changes no rule is left out', () => {
    expect(requestIds([{ ...Events[0], eventName: 'JoinSecurityGroup' }])).toEqual([]);
  });
});

it('the journal knows calls that are open, and those that are closed, with and without an answer', async () => {
  let nowMs = 100 * 60_000;
  const journal = openMemoryJournal(
    { clock: { nowMs: () => nowMs }, randomByte: () => 7 },
    new MemoryStore(),
  );
  const draft: IntentDraft = {
    group: GROUP,
    revision: 'v1',
    planHash: 'f00',
    reconcileId: 'r',
    step: 1,
    operation: 'AuthorizeSecurityGroup',
    params: {},
    effect: { adds: [], removes: [] },
  };
  const old = await journal.openIntent(draft);
  await journal.closeIntent(old.clientToken, { result: 'applied', requestId: 'OLD', code: null });
  nowMs += 60 * 60_000;
  const answered = await journal.openIntent(draft);
  await journal.closeIntent(answered.clientToken, { result: 'applied', requestId: 'R', code: null });
  const lost = await journal.openIntent(draft);
  await journal.closeIntent(lost.clientToken, { result: 'abandoned', requestId: null, code: null });
  const open = await journal.openIntent(draft);
  expect(await ownCalls(journal, GROUP, nowMs)).toEqual(
    new Set(['R', answered.clientToken, lost.clientToken, open.clientToken]),
  );
});
