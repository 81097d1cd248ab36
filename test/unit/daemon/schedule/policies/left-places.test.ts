// Accounts and regions that no policy names any more lose their groups, and an edit elsewhere does not ask after each group.
import { beforeEach, expect, it } from 'vitest';
import { openMemoryJournal } from '../../../../../daemon/journal/memory/memory.ts';
import { soleOwner } from '../../../../../daemon/journal/ownership.ts';
import { ManagedGroups } from '../../../../../daemon/schedule/managed-groups.ts';
import { LeftPlaces } from '../../../../../daemon/schedule/policies/left-places.ts';
import { ReleasedGroups } from '../../../../../daemon/schedule/policies/released-groups.ts';
import type { DesiredGroup, DesiredState, GroupRef } from '../../../../../reconciler/model/group.ts';
import { controlledCloud, HTTPS, target } from '../../../../support/controlled-cloud.ts';
import { fakeEngine } from '../../../../support/fake-engine.ts';

const at = (region: string): GroupRef => ({ account: 'default', region, id: `sg-${region}` });

const entry = (region: string): DesiredGroup => ({
  ...{ account: 'default', region, selector: { kind: 'id', id: at(region).id }, mode: null, alone: false },
  ...{ ignore: [], rules: { ingress: [], egress: null } },
  source: { file: 'web.yaml', line: 1, column: 1 },
});

const stateOf = (...regions: string[]): DesiredState => ({
  ...{ revision: regions.join(), groups: regions.map(entry), expectations: [], guardrails: [] },
});

let world: ReturnType<typeof controlledCloud>;
let managed: ManagedGroups;
let left: LeftPlaces;
/** How often it was asked whose a group is. */
let asked: number;

beforeEach(async () => {
  asked = 0;
  world = controlledCloud();
  const journal = openMemoryJournal({ clock: { nowMs: () => 0 }, randomByte: () => 7 });
  for (const region of ['here', 'there']) await journal.setFacts(at(region), { expired: ['r'] } as never);
  const sole = soleOwner({ owner: 'test', epoch: 1 });
  const looksAfter = (): boolean => {
    asked += 1;
    return true;
  };
  const engine = fakeEngine({ journal, ownership: { ...sole, looksAfter } });
  managed = new ManagedGroups(engine);
  await managed.recall();
  const released = new ReleasedGroups(engine, world.controller);
  left = new LeftPlaces({ engine, controller: world.controller, managed, released });
  world.controller.setTargets(['here', 'there'].map((region) => target([HTTPS], at(region))));
});

const stillNamed = (): string[] => world.controller.tally.listed().map(({ region }) => region);
const saidReleased = (): string[] => managed.changes.released.map(({ region }) => region);

it('the groups of a place that is not named any more are released', async () => {
  await left.leave(stateOf('here', 'there'), true);
  expect([stillNamed(), saidReleased()]).toEqual([['here', 'there'], []]);
  await left.leave(stateOf('here'), true);
  expect([stillNamed(), saidReleased()]).toEqual([['here'], ['there']]);
});

it('an edit that names the same places asks after none of their groups', async () => {
  await left.leave(stateOf('here'), true);
  expect(asked).toBeGreaterThan(0);
  asked = 0;
  await left.leave({ ...stateOf('here'), revision: 'r2' }, true);
  expect(asked).toBe(0);
});

it('a group of an earlier process is released only when it is sure what the policies name', async () => {
  await left.leave(stateOf('here'), false);
  expect(saidReleased()).toEqual([]);
  await left.leave(stateOf('here'), true);
  expect(saidReleased()).toEqual(['there']);
});

it('groups that become known later are released as well', async () => {
  await left.leave(stateOf('here'), true);
  await managed.recallOf(({ region }) => region === 'there');
  left.expectMore();
  await left.leave(stateOf('here'), true);
  expect(saidReleased()).toEqual(['there', 'there']);
});
