// Facts of groups that left are forgotten, and no edit that releases none searches the journal for them.
import { beforeEach, expect, it, vi } from 'vitest';
import { openMemoryJournal } from '../../../../../daemon/journal/memory/memory.ts';
import type { IntentDraft } from '../../../../../daemon/journal/journal.ts';
import { soleOwner } from '../../../../../daemon/journal/ownership.ts';
import { ReleasedGroups } from '../../../../../daemon/schedule/policies/released-groups.ts';
import type { GroupRecord } from '../../../../../daemon/schedule/group-record.ts';

const ref = (id: string) => ({ account: 'default', region: 'cn-hangzhou', id });

/** What the controller knows; `leaving`: no policy names it, but its last run has not ended. */
let known: Map<string, 'named' | 'leaving'>;
let journal: ReturnType<typeof openMemoryJournal>;
let released: ReleasedGroups;
let earlierCallsEndInMs: number;

beforeEach(async () => {
  earlierCallsEndInMs = 0;
  known = new Map([['sg-stays', 'named']]);
  journal = openMemoryJournal({ clock: { nowMs: () => 0 }, randomByte: () => 7 });
  for (const id of ['sg-stays', 'sg-goes']) await journal.setFacts(ref(id), { expired: [id] } as never);
  const ownership = {
    ...soleOwner({ owner: 'sole', epoch: 1 }),
    earlierCallsEndInMs: () => earlierCallsEndInMs,
  };
  released = new ReleasedGroups(
    { journal, telemetry: { emit: () => undefined }, ownership },
    {
      knows: ({ id }) => known.has(id),
      recordOf: ({ id }) => (known.get(id) === 'named' ? ({} as GroupRecord) : null),
    },
  );
});

const draftOf = (id: string): IntentDraft => ({
  ...{ group: ref(id), revision: 'r1', planHash: 'p1', reconcileId: 'c1', step: 1 },
  ...{ operation: 'RevokeSecurityGroup', params: {}, effect: { adds: [], removes: [] } },
});

const withFacts = async (): Promise<string[]> => (await journal.groupsWithFacts()).map(({ id }) => id).sort();

const notMeant = (): boolean => false;

it('what was managed by an earlier process is forgotten at the first look', async () => {
  await released.abandon(notMeant, 0);
  expect(await withFacts()).toEqual(['sg-stays']);
});

it('the journal is searched again only when a group has left', async () => {
  await released.abandon(notMeant, 0);
  const search = vi.spyOn(journal, 'groupsWithFacts');
  await released.abandon(notMeant, 0);
  expect(search).not.toHaveBeenCalled();
  known.delete('sg-stays');
  await released.abandon(notMeant, 1);
  expect(await withFacts()).toEqual([]);
});

it('a group whose last run has not ended is forgotten after it, and one that may be meant when it is not', async () => {
  known.set('sg-goes', 'leaving');
  await released.abandon(notMeant, 1);
  expect(await withFacts()).toEqual(['sg-goes', 'sg-stays']);
  known.delete('sg-goes');
  await released.abandon(({ id }) => id === 'sg-goes', 1);
  expect(await withFacts()).toEqual(['sg-goes', 'sg-stays']);
  await released.abandon(notMeant, 1);
  expect(await withFacts()).toEqual(['sg-stays']);
});

it('where calls of an earlier replica may still arrive, only the intents wait: a group that comes back is new', async () => {
  await journal.openIntent(draftOf('sg-goes'));
  const open = async (): Promise<number> => (await journal.openIntents(ref('sg-goes'))).length;
  earlierCallsEndInMs = 43_000;
  await released.abandon(notMeant, 1);
  expect([await withFacts(), await open()]).toEqual([['sg-stays'], 1]);
  earlierCallsEndInMs = 0;
  await released.abandon(notMeant, 1);
  expect(await open()).toBe(0);
});
