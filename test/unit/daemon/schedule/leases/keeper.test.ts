import { describe, expect, it } from 'vitest';
import { CALL_MS, groupIn, LEASE_MS, LeaseTimeline, placeOf } from '../../../../support/lease-world.ts';

const REGIONS = ['hangzhou', 'beijing', 'singapore', 'frankfurt'];
const RENEWAL_MS = LEASE_MS / 3;

function writersOf(world: LeaseTimeline, region: string): string[] {
  return world.replicas.filter((replica) => replica.mayWrite(region)).map(({ id }) => id);
}

const sharesOf = (world: LeaseTimeline): Record<string, number> =>
  Object.fromEntries(
    world.replicas.map((replica) => [replica.id, REGIONS.filter((each) => replica.mayWrite(each)).length]),
  );

describe('one replica', () => {
  it('takes every shard at once, and says so', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', REGIONS);
    expect(a.keeper.isSettled).toBe(false);
    await world.pass(10);
    expect(sharesOf(world)).toEqual({ a: 4 });
    expect(a.keeper.isSettled).toBe(true);
    expect(a.heard).toEqual(['gained', 'settled']);
    expect(a.log.events.filter(({ event }) => event === 'lease.acquired')).toHaveLength(4);
  });

  it('that wanted nothing at first is not settled until it has what it wants later', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', []);
    await world.pass(10);
    expect(a.keeper.isSettled).toBe(true);
    a.keeper.want(REGIONS.map(placeOf));
    expect(a.keeper.isSettled).toBe(false);
    await world.pass(10);
    expect(a.keeper.isSettled).toBe(true);
    expect(sharesOf(world)).toEqual({ a: 4 });
  });

  it('keeps its shards for as long as the store answers', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', REGIONS);
    await world.pass(10);
    await world.pass(60_000, () => expect(sharesOf(world)).toEqual({ a: 4 }));
    expect(a.log.events.filter(({ event }) => event === 'lease.lost')).toEqual([]);
  });

  it('may not write from the instant on that its lease runs out, counted from before the renewal was sent', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou']);
    await world.pass(10);
    a.isCutOff = true;
    await world.pass(LEASE_MS - 100);
    expect(a.mayWrite('hangzhou')).toBe(true);
    await world.pass(100);
    expect(a.mayWrite('hangzhou')).toBe(false);
    expect(a.keeper.looksAfter(groupIn('hangzhou'))).toBe(true);
    expect(a.heard.at(-1)).toBe('halted');
    expect(a.log.events.at(-1)).toMatchObject({ event: 'lease.lost', onPurpose: false });
  });

  it('goes on with what ran out once the store answers again, if no other has taken it', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou']);
    await world.pass(10);
    const before = a.keeper.leaseOf(groupIn('hangzhou'))?.epoch ?? 0;
    a.isCutOff = true;
    await world.pass(10_000);
    a.isCutOff = false;
    await world.pass(10_000);
    expect(a.mayWrite('hangzhou')).toBe(true);
    expect(a.keeper.leaseOf(groupIn('hangzhou'))?.epoch).toBeGreaterThan(before);
    expect(a.heard.slice(-2)).toEqual(['halted', 'gained']);
  });

  it('may not write while its wall clock is past the deadline, as after a virtual machine was asleep', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou']);
    await world.pass(10);
    a.wallErrorMs = LEASE_MS;
    expect(a.mayWrite('hangzhou')).toBe(false);
    await world.pass(RENEWAL_MS);
    expect(a.mayWrite('hangzhou')).toBe(true);
  });

  it('gives up a shard that no policy names any more', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou', 'beijing']);
    await world.pass(10);
    a.keeper.want([placeOf('beijing')]);
    await world.pass(10);
    expect(writersOf(world, 'hangzhou')).toEqual([]);
    expect(writersOf(world, 'beijing')).toEqual(['a']);
  });

  it('waits for calls of an earlier owner as long as they may take', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou']);
    await world.pass(10);
    const group = groupIn('hangzhou');
    expect(a.keeper.earlierCallsEndInMs(group)).toBeGreaterThan(CALL_MS);
    await world.pass(CALL_MS + LEASE_MS);
    expect(a.keeper.earlierCallsEndInMs(group)).toBe(0);
  });
});

describe('several replicas', () => {
  it('come to fair shares without an instant at which two may write to one shard', async () => {
    const world = new LeaseTimeline();
    world.start('a', REGIONS);
    await world.pass(5000);
    world.start('b', REGIONS);
    await world.pass(10 * RENEWAL_MS, () => {
      for (const region of REGIONS) expect(writersOf(world, region).length).toBeLessThan(2);
    });
    expect(sharesOf(world)).toEqual({ a: 2, b: 2 });
  });

  it('do not hand a shard over before its last runs have ended', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou', 'beijing'], { runsEndInMs: () => 20_000 });
    await world.pass(10);
    world.start('b', ['hangzhou', 'beijing']);
    await world.pass(15_000);
    expect(sharesOf(world)).toMatchObject({ a: 2, b: 0 });
    expect(a.heard).toContain('left');
    await world.pass(10_000);
    expect([...writersOf(world, 'hangzhou'), ...writersOf(world, 'beijing')].sort()).toEqual(['a', 'b']);
  });

  it('take the shards of one that was killed within two lease times', async () => {
    const world = new LeaseTimeline();
    const [a] = ['a', 'b', 'c'].map((id) => world.start(id, REGIONS));
    await world.pass(20_000);
    a?.kill();
    await world.pass(2 * LEASE_MS);
    for (const region of REGIONS) expect(writersOf(world, region)).toHaveLength(1);
    expect(sharesOf(world)).toEqual({ a: 0, b: 2, c: 2 });
  });

  it('take the shards of one that stops at once', async () => {
    const world = new LeaseTimeline();
    const [a] = ['a', 'b'].map((id) => world.start(id, REGIONS));
    await world.pass(20_000);
    void a?.keeper.stop();
    await world.pass(RENEWAL_MS + 100);
    expect(sharesOf(world)).toEqual({ a: 0, b: 4 });
    expect(a?.log.events.at(-1)).toMatchObject({ event: 'lease.lost', onPurpose: true });
  });

  it('let one that was stopped past its lease write no more, and have it leave its shards when it hears of it', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou']);
    await world.pass(10);
    const b = world.start('b', ['hangzhou']);
    await world.pass(5000);
    a.stall(4 * LEASE_MS);
    await world.pass(2 * LEASE_MS);
    expect(writersOf(world, 'hangzhou')).toEqual(['b']);
    await world.pass(4 * LEASE_MS, () => expect(a.mayWrite('hangzhou')).toBe(false));
    expect(a.keeper.looksAfter(groupIn('hangzhou'))).toBe(false);
    expect(a.heard.slice(-2)).toEqual(['halted', 'left']);
    expect(b.mayWrite('hangzhou')).toBe(true);
  });

  it('leave one idle where there are more replicas than shards, and no shard changes hands for it', async () => {
    const world = new LeaseTimeline();
    for (const id of ['a', 'b', 'c']) world.start(id, ['hangzhou', 'beijing']);
    await world.pass(10_000);
    const settled = sharesOf(world);
    expect(Object.values(settled).sort()).toEqual([0, 1, 1]);
    await world.pass(120_000, () => expect(sharesOf(world)).toEqual(settled));
  });

  it('divide the parts of one region where the config says so', async () => {
    const world = new LeaseTimeline();
    for (const id of ['a', 'b']) world.start(id, ['hangzhou'], { shardsPerPlace: 4 });
    await world.pass(20_000);
    const held = world.replicas.map(({ keeper }) => keeper.all.length);
    expect(held).toEqual([2, 2]);
  });

  it('tell in their status who holds which shard', async () => {
    const world = new LeaseTimeline();
    const a = world.start('a', ['hangzhou', 'beijing']);
    world.start('b', ['hangzhou', 'beijing']);
    await world.pass(20_000);
    const { replica, replicas, shards } = a.keeper.status();
    expect({ replica, replicas }).toEqual({ replica: 'a', replicas: ['a', 'b'] });
    expect(shards.map(({ owner }) => owner).sort()).toEqual(['a', 'b']);
    expect(shards.filter(({ isOurs }) => isOurs)).toHaveLength(1);
  });
});
