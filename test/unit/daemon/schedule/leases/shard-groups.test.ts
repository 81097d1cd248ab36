// What becomes of the groups of a shard that comes, is halted, or leaves: over the real controller and a cloud that answers
// when the test says so.
import { expect, it, vi } from 'vitest';
import { ShardGroups } from '../../../../../daemon/schedule/leases/shard-groups.ts';
import type { GroupRef } from '../../../../../reconciler/model/group.ts';
import { controlledCloud, HTTPS, SSH, target } from '../../../../support/controlled-cloud.ts';

const HERE = target([HTTPS], { region: 'cn-here', id: 'sg-here' });
const THERE = target([HTTPS], { region: 'cn-there', id: 'sg-there' });
const isHere = ({ region }: GroupRef): boolean => region === 'cn-here';

/** Two groups that lack a rule, each in a region of its own, the first call of each under way. */
async function setUp() {
  const world = controlledCloud();
  const taken: Array<(group: GroupRef) => boolean> = [];
  const followed: Array<(group: GroupRef) => boolean> = [];
  const shards = new ShardGroups({
    controller: world.controller,
    policyLoop: { takeUp: (isIn) => taken.push(isIn), noteProgress: () => undefined },
    heads: { follow: (groups, isIn = () => true) => (groups.length === 0 ? followed.push(isIn) : undefined) },
    attributor: null,
  });
  world.controller.setTargets([HERE, THERE]);
  await world.settle();
  await world.letThrough();
  await world.letThrough();
  expect(world.seen.writes).toEqual(['AuthorizeSecurityGroup', 'AuthorizeSecurityGroup']);
  const untilRead = (id: string) =>
    vi.waitFor(async () => {
      await world.letThrough();
      expect(world.seen.groupsRead.slice(2)).toContain(id);
    }, 10_000);
  return { ...world, shards, taken, followed, untilRead };
}

it('lets the call under way end and takes no further step in a group whose lease is in doubt, which stays managed', async () => {
  const { controller, shards, seen, untilRead } = await setUp();
  shards.halted(isHere);
  await untilRead('sg-there');
  expect(seen.groupsRead.slice(2)).toEqual(['sg-there']);
  expect(controller.tally.listed().length).toBe(2);
  void controller.stop();
});

it('has left a shard when the call under way has ended, and looks no more after its groups', async () => {
  const { controller, shards, seen, followed, letThrough, untilRead } = await setUp();
  let hasLeft = false;
  const left = shards.left(isHere).then(() => (hasLeft = true));
  await Promise.resolve();
  expect(hasLeft).toBe(false);
  await letThrough();
  await left;
  await untilRead('sg-there');
  expect(seen.groupsRead.slice(2)).toEqual(['sg-there']);
  expect(controller.knows(HERE.policy)).toBe(false);
  expect(controller.knows(THERE.policy)).toBe(true);
  expect([HERE, THERE].map(({ policy }) => followed.map((isIn) => isIn(policy)))).toEqual([[true], [false]]);
  void controller.stop();
});

it('reads the groups of a shard again that comes back, and asks the policies for those that are new', async () => {
  const { controller, shards, seen, taken, settle, letThrough } = await setUp();
  shards.halted(isHere);
  await letThrough();
  const before = seen.groupsRead.length;
  shards.gained(isHere);
  await settle();
  expect(seen.groupsRead.slice(before)).toEqual([HERE.policy.id]);
  expect(taken.map((isIn) => [isIn(HERE.policy), isIn(THERE.policy)])).toEqual([[true, false]]);
  void controller.stop();
});

it('leaves groups of which nothing is under way at once', async () => {
  const { controller, shards, settle, letThrough } = controlledCloudOfOne();
  controller.setTargets([target([SSH])]);
  await settle();
  await letThrough();
  await shards.left(() => true);
  expect(controller.tally.listed().length).toBe(0);
  await controller.stop();
});

function controlledCloudOfOne() {
  const world = controlledCloud();
  const policyLoop = { takeUp: () => undefined, noteProgress: () => undefined };
  const heads = { follow: () => undefined };
  return {
    ...world,
    shards: new ShardGroups({ controller: world.controller, policyLoop, heads, attributor: null }),
  };
}
