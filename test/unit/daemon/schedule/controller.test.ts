// The controller over a cloud that answers when the test says so.
import { expect, it } from 'vitest';
import { abandonReleased } from '../../../../daemon/reconcile/intents.ts';
import { groupStanding } from '../../../../daemon/schedule/groups/controlled-group.ts';
import { controlledCloud, HTTPS, SSH, target } from '../../../support/controlled-cloud.ts';

it('never runs a group twice at once, even if it leaves the policies and returns while it is run', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud({ deaf: true });
  controller.setTargets([target()]);
  await settle();
  for (let round = 0; round < 3; round += 1) {
    controller.setTargets([]);
    controller.setTargets([target()]);
    await settle();
  }
  expect(seen).toMatchObject({ reads: 1, mostAtOnce: 1 });
  await letThrough();
  expect(seen).toMatchObject({ reads: 2, mostAtOnce: 1 });
  void controller.stop();
});

it('takes no further step in a group that has left the policies', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud();
  controller.setTargets([target()]);
  await settle();
  await letThrough();
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
  controller.setTargets([]);
  expect(controller.knows(target().policy)).toBe(true);
  await letThrough();
  expect(controller.knows(target().policy)).toBe(false);
  await controller.stop();
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
});

it('takes no further step under a policy that has changed, and reads the group again', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud();
  controller.setTargets([target()]);
  await settle();
  await letThrough();
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
  controller.setTargets([target([SSH])]);
  await letThrough();
  expect(seen.reads).toBe(2);
  await letThrough();
  expect(controller.tally.status()).toMatchObject([{ outcome: 'converged' }]);
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
});

it('says nothing of how a group stands to a policy that it has not carried out yet', async () => {
  const { controller, settle, letThrough } = controlledCloud();
  const outcome = () => controller.tally.status().map((group) => group.outcome);
  const first = target([SSH]);
  controller.setTargets([first]);
  expect(outcome()).toEqual(['not-tried']);
  await settle();
  await letThrough();
  expect(outcome()).toEqual(['converged']);
  controller.setTargets([{ ...first, revision: 'r2' }]);
  expect(outcome()).toEqual(['converged']);
  controller.setTargets([target([HTTPS, SSH])]);
  expect(outcome()).toEqual(['pending']);
  await settle();
  await letThrough();
  expect(outcome()).toEqual(['pending']);
  void controller.stop();
});

it('reconciles a group that is named alone, once more if it runs, and none that no policy names', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud();
  const [web, other] = [target([SSH]), target([SSH], { id: 'sg-other' })];
  controller.setTargets([web, other]);
  await settle();
  await letThrough();
  await letThrough();
  expect(seen.reads).toBe(2);
  controller.trigger(web.policy);
  controller.trigger(web.policy);
  controller.trigger({ ...web.policy, id: 'sg-unknown' });
  await settle();
  expect(seen.reads).toBe(3);
  controller.trigger(web.policy);
  await letThrough();
  expect(seen.reads).toBe(4);
  await letThrough();
  expect(seen.reads).toBe(4);
  expect(seen.groupsRead.slice(2)).toEqual([web.policy.id, web.policy.id]);
  void controller.stop();
});

it('knows which groups a hint may be about', async () => {
  const { controller, settle, letThrough } = controlledCloud();
  const { policy } = target([SSH]);
  expect(groupStanding(controller.recordOf(policy))).toBe('unmanaged');
  controller.setTargets([target([SSH])]);
  expect(groupStanding(controller.recordOf(policy))).toBe('ready');
  await settle();
  controller.setTargets([]);
  expect(groupStanding(controller.recordOf(policy))).toBe('unmanaged');
  await letThrough();
  await controller.stop();
});

it('reads the groups of an account, however many of another one do not answer', async () => {
  const { controller, seen, settle } = controlledCloud({ account: 'dead' });
  const dead = Array.from({ length: 9 }, (_, number) =>
    target([HTTPS], { account: 'dead', id: `sg-${number}` }),
  );
  controller.setTargets([...dead, target([HTTPS], { id: 'sg-alive' })]);
  await settle();
  expect(seen.groupsRead).toEqual(['sg-0', 'sg-1', 'sg-2', 'sg-3', 'sg-alive']);
  void controller.stop();
});

it('reads a group, however many plans wait for their turn in the lanes', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud({ reserve: true });
  const ids = Array.from({ length: 9 }, (_, number) => `sg-${number}`);
  controller.setTargets(ids.map((id) => target([HTTPS], { id })));
  await settle();
  while (seen.groupsRead.length < ids.length) await letThrough();
  expect(seen.groupsRead).toEqual(ids);
  expect(seen.mostAtOnce).toBe(4);
  void controller.stop();
});

const many = (count: number, rules = [HTTPS]) =>
  Array.from({ length: count }, (_, number) => target(rules, { id: `sg-${number}` }));

it('reads what has changed before all that waits, and beside what is being read', async () => {
  const { controller, seen, settle } = controlledCloud();
  const groups = many(40);
  controller.setTargets(groups);
  await settle();
  expect(seen.groupsRead).toEqual(['sg-0', 'sg-1', 'sg-2', 'sg-3']);
  controller.setTargets([...groups.slice(0, 39), target([SSH], { id: 'sg-39' })]);
  controller.trigger(target([], { id: 'sg-38' }).policy);
  await settle();
  expect(seen.groupsRead.slice(4)).toEqual(['sg-39', 'sg-38']);
  void controller.stop();
});

it('reads many that have changed before the others, but leaves these every fourth turn', async () => {
  const { controller, seen, settle, letThrough } = controlledCloud({ reserve: true });
  const groups = many(60);
  controller.setTargets(groups);
  await settle();
  controller.setTargets([...groups.slice(0, 40), ...many(60, [SSH]).slice(40)]);
  while (seen.groupsRead.length < 28) await letThrough();
  const changed = seen.groupsRead.slice(4).map((id) => Number(id.slice(3)) >= 40);
  expect(changed).toEqual(Array.from({ length: 24 }, (_, turn) => turn % 4 !== 3));
  void controller.stop();
});

it('ends a read that waits behind others as soon as the policy of its group changes', async () => {
  const { controller, seen, settle } = controlledCloud();
  const groups = many(4);
  controller.setTargets(groups);
  await settle();
  controller.setTargets([...groups.slice(0, 3), target([SSH], { id: 'sg-3' })]);
  await settle();
  expect(seen.groupsRead).toEqual(['sg-0', 'sg-1', 'sg-2', 'sg-3', 'sg-3']);
  expect(seen.urgencies.at(-1)).toBe('fix');
  void controller.stop();
});

it('holds no runner for a read that hangs', async () => {
  const { controller, seen, settle } = controlledCloud({ account: 'dead', stalls: true });
  const dead = Array.from({ length: 9 }, (_, number) =>
    target([HTTPS], { account: 'dead', id: `sg-${number}` }),
  );
  controller.setTargets(dead);
  await settle();
  expect(seen.groupsRead).toHaveLength(9);
  void controller.stop();
});

it('releases only those groups that the policies were asked about', () => {
  const { controller } = controlledCloud();
  const [here, there] = [target([HTTPS], { id: 'sg-here' }), target([HTTPS], { region: 'cn-beijing' })];
  controller.setTargets([here, there]);
  controller.setTargets([], ({ region }) => region === 'cn-beijing');
  expect(controller.tally.status().map(({ id }) => id)).toEqual(['sg-here']);
  void controller.stop();
});

it('closes the open intents of groups that no policy names, and only those', async () => {
  const { engine, log } = controlledCloud();
  const intentOf = (id: string) =>
    engine.journal.openIntent({
      group: { account: 'default', region: 'cn-hangzhou', id },
      revision: 'r0',
      planHash: 'f00',
      reconcileId: 'id',
      step: 1,
      operation: 'AuthorizeSecurityGroup',
      params: {},
      effect: { adds: [], removes: [] },
    });
  const kept = await intentOf('sg-named');
  const gone = await intentOf('sg-gone');
  await abandonReleased(engine, ({ id }) => id === 'sg-named');
  expect(await engine.journal.openIntents(kept.group)).toEqual([kept]);
  expect(await engine.journal.openIntents(gone.group)).toEqual([]);
  expect(await engine.journal.history({ group: {}, sinceMs: null, limit: 9 })).toMatchObject([
    { clientToken: gone.clientToken, result: 'abandoned' },
  ]);
  expect(log.events).toMatchObject([{ event: 'intent.recovered', group: 'sg-gone', revision: 'r0' }]);
});
