// Selectors over a cloud that is a table of names and tags, and counts its listings.
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../../reconciler/model/result.ts';
import { placeKey, type DesiredGroup, type GroupSelector } from '../../../../reconciler/model/group.ts';
import type { Failure } from '../../../../daemon/ecs/failures/failure.ts';
import { TargetResolver } from '../../../../daemon/schedule/selectors.ts';
import type { GroupListing } from '../../../../daemon/ecs/api.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import { desired } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const BUSY: Failure = {
  kind: 'retry',
  code: 'Busy',
  message: 'busy',
  requestId: null,
  httpStatus: null,
  retryAfterMs: null,
};

const byId = (id: string): GroupSelector => ({ kind: 'id', id });
const byName = (name: string): GroupSelector => ({ kind: 'name', name });
const byTag = (value: string): GroupSelector => ({ kind: 'tags', tags: { team: value } });

function groupOf(selector: GroupSelector, fields: Partial<DesiredGroup> = {}): DesiredGroup {
  return {
    account: 'default',
    region: 'cn-hangzhou',
    selector,
    mode: null,
    alone: false,
    ignore: [],
    rules: { ingress: [], egress: null },
    source: { file: 'web.yaml', line: 1, column: 1 },
    ...fields,
  };
}

type Cloud = Record<string, Readonly<Record<string, string>>>;

/** Names and tags by group id; they may be changed. `isDown`: nothing can be listed now. */
function setUp(cloud: Cloud) {
  const clock = instantClock();
  const world = { cloud, isDown: false, listings: 0 };
  const kept = new Map<string, GroupListing>();
  const resolver = new TargetResolver(
    {
      clock,
      resyncMs: 300_000,
      beforePlans: (work) => work(),
      ecs: {
        listGroups: (at, maxAgeMs) => {
          const known = kept.get(placeKey(at));
          const nowMs = clock.monotonicMs();
          if (known !== undefined && nowMs - known.readMs <= maxAgeMs) return Promise.resolve(ok(known));
          world.listings += 1;
          if (world.isDown) return Promise.resolve(err(BUSY));
          const groups = Object.entries(world.cloud).map(([id, { name = '', ...tags }]) => ({
            id,
            name,
            tags,
          }));
          const listing = { readMs: nowMs, groups };
          kept.set(placeKey(at), listing);
          return Promise.resolve(ok(listing));
        },
      },
    },
    'additive',
  );
  const resolve = async (groups: readonly DesiredGroup[], nowMs = 0) => {
    const { meant, unresolved } = await resolver.resolve(groups, nowMs);
    const targets = [...meant.values()].map(({ group }) => group);
    return { ids: targets.map(({ id }) => id), targets, reasons: unresolved.map(({ reason }) => reason) };
  };
  return { resolver, resolve, clock, world };
}

const RESYNC_MS = 300_000;

describe('a selector', () => {
  it('by id means this group, without a call', async () => {
    const { resolve, world } = setUp({});
    expect(await resolve([groupOf(byId('sg-1'))])).toMatchObject({ ids: ['sg-1'], reasons: [] });
    expect(world.listings).toBe(0);
  });

  it('by name means the only group of this name', async () => {
    const { resolve } = setUp({ 'sg-1': { name: 'web' }, 'sg-2': { name: 'web-2' } });
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: ['sg-1'], reasons: [] });
  });

  it.each([
    { found: [], reason: '0 groups have this name; exactly one must' },
    { found: ['sg-1', 'sg-2'], reason: '2 groups have this name; exactly one must' },
  ])('by name means no group if the cloud lists $found.length of it', async ({ found, reason }) => {
    const { resolve } = setUp(Object.fromEntries(found.map((id) => [id, { name: 'web' }])));
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: [], reasons: [reason] });
  });

  it('by tags means every group that has all of them, in order of id', async () => {
    const { resolve } = setUp({
      'sg-2': { team: 'shop', env: 'prod' },
      'sg-3': { team: 'shop', env: 'test' },
      'sg-1': { team: 'shop', env: 'prod', more: 'x' },
      'sg-4': { env: 'prod' },
    });
    const selector: GroupSelector = { kind: 'tags', tags: { team: 'shop', env: 'prod' } };
    expect(await resolve([groupOf(selector)])).toMatchObject({ ids: ['sg-1', 'sg-2'], reasons: [] });
  });

  it('keeps the groups that it meant last while nothing can be listed', async () => {
    const { resolve, clock, world } = setUp({ 'sg-1': { team: 'shop' } });
    await resolve([groupOf(byTag('shop'))]);
    world.isDown = true;
    await clock.sleep(RESYNC_MS);
    expect(await resolve([groupOf(byTag('shop'))])).toMatchObject({ ids: ['sg-1'], reasons: ['busy'] });
  });

  it('by name keeps the group that it meant last when that is gone or no longer the only one', async () => {
    const { resolve, clock, world } = setUp({ 'sg-1': { name: 'web' } });
    await resolve([groupOf(byName('web'))]);
    world.cloud = { 'sg-2': { name: 'other' } };
    await clock.sleep(RESYNC_MS);
    const reasons = ['0 groups have this name; exactly one must'];
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: ['sg-1'], reasons });
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: ['sg-1'], reasons });
    expect(world.listings).toBe(2);
  });

  it('that left the policies and came back does not keep what it meant before', async () => {
    const { resolver, resolve, world, clock } = setUp({ 'sg-1': { team: 'shop' } });
    await resolve([groupOf(byTag('shop'))]);
    resolver.keep([]);
    world.isDown = true;
    await clock.sleep(RESYNC_MS);
    expect(await resolve([groupOf(byTag('shop'))])).toMatchObject({ ids: [], reasons: ['busy'] });
  });
});

describe('the listing of an account and region', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => groupOf(byName(`web-${index}`)));
  const cloudOf = (count: number): Cloud =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`sg-${index}`, { name: `web-${index}` }]),
    );

  it('is one for all selectors, and none is needed while no selector changes, until the resync', async () => {
    const { resolve, clock, world } = setUp(cloudOf(500));
    const groups = many(500);
    expect((await resolve(groups)).ids).toHaveLength(500);
    await clock.sleep(RESYNC_MS - 1);
    await resolve(groups.map((group) => ({ ...group, mode: 'observe' })));
    await resolve(groups.slice(100));
    expect(world.listings).toBe(1);
    await clock.sleep(1);
    await resolve(groups);
    expect(world.listings).toBe(2);
  });

  it('is made again for a selector that is new, unless it is some seconds old', async () => {
    const { resolve, clock, world } = setUp(cloudOf(3));
    await resolve(many(1));
    await resolve(many(2));
    expect(world.listings).toBe(1);
    world.cloud = cloudOf(4);
    await clock.sleep(11_000);
    expect(await resolve(many(4))).toMatchObject({ ids: ['sg-0', 'sg-1', 'sg-2', 'sg-3'], reasons: [] });
    expect(world.listings).toBe(2);
  });

  it('is made again after it was asked for', async () => {
    const { resolver, resolve, clock, world } = setUp(cloudOf(1));
    await resolve(many(1));
    await clock.sleep(1);
    resolver.listAgain();
    await clock.sleep(1);
    await resolve(many(1));
    await resolve(many(1));
    expect(world.listings).toBe(2);
  });

  it('is made for each place by itself, and not where there are ids only', async () => {
    const { resolve, world } = setUp(cloudOf(1));
    const beijing = { region: 'cn-beijing' };
    await resolve([...many(1), groupOf(byName('web-0'), beijing), groupOf(byId('sg-9'), { account: 'b' })]);
    expect(world.listings).toBe(2);
  });
});

describe('two selectors that mean the same group', () => {
  it('leave it alone and say so, while the other groups go on', async () => {
    const { resolve } = setUp({ 'sg-1': { team: 'shop' }, 'sg-2': { team: 'shop' } });
    const result = await resolve([groupOf(byTag('shop')), groupOf(byId('sg-1'))]);
    expect(result).toMatchObject({
      ids: ['sg-2'],
      reasons: ['sg-1 is meant by two entries of the policies'],
    });
  });
});

describe('what a target wants', () => {
  it('has the mode of its policy, or else the default', async () => {
    const { targets } = await setUp({}).resolve([
      groupOf(byId('sg-1')),
      groupOf(byId('sg-2'), { mode: 'observe' }),
    ]);
    expect(targets.map(({ mode }) => mode)).toEqual(['additive', 'observe']);
  });

  it('has no rule whose time is up, and no direction that the policy leaves out', async () => {
    const [short, long] = [rule({ ports: '22' }), rule({ ports: '443' })];
    const ingress = [{ ...desired(short), expiresAtMs: 1000 }, desired(long)];
    const groups = [groupOf(byId('sg-1'), { rules: { ingress, egress: null } })];
    const portsAt = async (nowMs: number) => {
      const { targets } = await setUp({}).resolve(groups, nowMs);
      return targets.map(({ rules }) => [rules.ingress?.length, rules.egress]);
    };
    expect(await portsAt(999)).toEqual([[2, null]]);
    expect(await portsAt(1000)).toEqual([[1, null]]);
  });
});
