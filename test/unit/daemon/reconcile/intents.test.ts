import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import type { IntentDraft, Journal } from '../../../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import {
  abandonReleased,
  closeOpenIntents,
  openOrAdoptIntent,
} from '../../../../daemon/reconcile/intents.ts';
import type { GroupRef } from '../../../../reconciler/model/group.ts';
import { EventLog } from '../../../support/service.ts';

const GROUP: GroupRef = { account: 'default', region: 'cn-hangzhou', id: 'sg-1' };
const OTHER: GroupRef = { ...GROUP, id: 'sg-2' };
const ELSEWHERE: GroupRef = { ...GROUP, region: 'cn-beijing' };
const CLOSING = { why: 'nothing is left to do', fields: { revision: 'r2', reconcileId: 'later' } };

const draftOf = (group: GroupRef, change: Partial<IntentDraft> = {}): IntentDraft => ({
  group,
  revision: 'r1',
  planHash: 'f00',
  reconcileId: 'earlier',
  step: 1,
  operation: 'RevokeSecurityGroup',
  params: { SecurityGroupId: group.id, 'SecurityGroupRuleId.1': 'sgr-1' },
  effect: { adds: [], removes: [{ identity: 'rule', id: 'sgr-1' }] },
  ...change,
});

let journal: Journal;
let log: EventLog;
let parts: { readonly journal: Journal; readonly telemetry: EventLog };

beforeEach(() => {
  let dice = 0;
  journal = openMemoryJournal({ clock: systemClock, randomByte: () => (dice = (dice + 41) % 256) });
  log = new EventLog();
  parts = { journal, telemetry: log };
});

const historyOf = (group: GroupRef) => journal.history({ group, sinceMs: null, limit: 9 });

describe('the intent of a call', () => {
  it('is opened where none is open, and said by no event', async () => {
    const { intent, adopted } = await openOrAdoptIntent(parts, draftOf(GROUP));
    expect(adopted).toBe(false);
    expect(await journal.openIntents(GROUP)).toEqual([intent]);
    expect(log.events).toEqual([]);
  });

  it('is adopted where one of the same call is open, whatever plan opened it', async () => {
    const open = await journal.openIntent(draftOf(GROUP));
    const same = draftOf(GROUP, { planHash: 'ba2', reconcileId: 'later', revision: 'r2', step: 7 });
    expect(await openOrAdoptIntent(parts, same)).toEqual({ intent: open, adopted: true });
    expect(await journal.openIntents(GROUP)).toEqual([open]);
    expect(log.events).toMatchObject([
      {
        event: 'intent.recovered',
        clientToken: open.clientToken,
        group: 'sg-1',
        revision: 'r2',
        reconcileId: 'later',
      },
    ]);
  });

  it.each<[what: string, open: IntentDraft]>([
    ['of another operation', draftOf(GROUP, { operation: 'RevokeSecurityGroupEgress' })],
    [
      'with another parameter',
      draftOf(GROUP, { params: { SecurityGroupId: 'sg-1', 'SecurityGroupRuleId.1': 'x' } }),
    ],
    ['with one parameter more', draftOf(GROUP, { params: { ...draftOf(GROUP).params, Description: 'web' } })],
    ['of a group elsewhere', { ...draftOf(GROUP), group: ELSEWHERE }],
  ])('is a new one beside an open one %s', async (_, other) => {
    const open = await journal.openIntent(other);
    const { intent, adopted } = await openOrAdoptIntent(parts, draftOf(GROUP));
    expect(adopted).toBe(false);
    expect(intent.clientToken).not.toBe(open.clientToken);
  });
});

describe('intents that nothing is left to do for', () => {
  it('are superseded when their group is as its policy says, and those of other groups stay', async () => {
    const mine = await journal.openIntent(draftOf(GROUP));
    for (const group of [OTHER, ELSEWHERE]) await journal.openIntent(draftOf(group));
    await closeOpenIntents(parts, GROUP, { ...CLOSING, result: 'superseded' });
    expect(await journal.groupsWithOpenIntents()).toEqual([OTHER, ELSEWHERE]);
    expect(await historyOf({ ...GROUP })).toMatchObject([
      { clientToken: mine.clientToken, result: 'superseded', requestId: null, code: null },
    ]);
    expect(log.events).toMatchObject([{ event: 'intent.recovered', revision: 'r2', reconcileId: 'later' }]);
  });

  it('are abandoned when their group is only observed', async () => {
    await journal.openIntent(draftOf(GROUP));
    await journal.openIntent(draftOf(GROUP, { step: 2, params: {} }));
    await closeOpenIntents(parts, GROUP, { ...CLOSING, result: 'abandoned' });
    expect(await journal.openIntents(GROUP)).toEqual([]);
    expect(await historyOf(GROUP)).toMatchObject([
      { step: 1, result: 'abandoned' },
      { step: 2, result: 'abandoned' },
    ]);
  });

  it('are abandoned when no policy names their group, wherever it is, and only then', async () => {
    const kept = await journal.openIntent(draftOf(GROUP));
    for (const group of [OTHER, ELSEWHERE]) await journal.openIntent(draftOf(group));
    await abandonReleased(parts, ({ region, id }) => region === GROUP.region && id === GROUP.id);
    expect(await journal.groupsWithOpenIntents()).toEqual([GROUP]);
    expect(await journal.openIntents(GROUP)).toEqual([kept]);
    expect(log.events).toMatchObject([
      { event: 'intent.recovered', group: 'sg-2', region: 'cn-hangzhou', revision: 'r1' },
      { event: 'intent.recovered', group: 'sg-1', region: 'cn-beijing', revision: 'r1' },
    ]);
  });
});
