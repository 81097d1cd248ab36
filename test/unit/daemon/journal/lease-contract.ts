// What every store of leases must keep to, whatever keeps them. Where it is a real database, time does not wait for the
// test: the one who runs the suite says how it is made to pass.
import { expect, it } from 'vitest';
import type { LeaseStore, Replica } from '../../../../daemon/journal/leases.ts';

export interface LeaseWorld {
  readonly store: LeaseStore;
  /** So much time passes for the store. */
  readonly pass: (ms: number) => Promise<void>;
}

const LEASE_MS = 60_000;
const A: Replica = { id: 'a', host: 'one', version: '1.0.0' };
const B: Replica = { id: 'b', host: 'two', version: '1.0.0' };
const SHARD = 'default/cn-hangzhou';

export function leaseContract(open: () => Promise<LeaseWorld>): void {
  const take = async ({ store }: LeaseWorld, { id }: Replica, shards: readonly string[] = [SHARD]) =>
    store.take(id, shards, LEASE_MS);
  const leaseIn = async ({ store }: LeaseWorld, shard = SHARD) =>
    (await store.view()).leases.find((lease) => lease.shard === shard);

  it('gives a shard that no replica holds to whoever asks first, and to no other', async () => {
    const world = await open();
    expect(await take(world, A)).toEqual([{ shard: SHARD, owner: 'a', epoch: 1 }]);
    expect(await take(world, B)).toEqual([]);
    expect(await leaseIn(world)).toMatchObject({ owner: 'a', epoch: 1 });
  });

  it('takes of several shards those that are free', async () => {
    const world = await open();
    await take(world, A, ['x', 'y']);
    const taken = await take(world, B, ['y', 'z', 'z']);
    expect(taken).toEqual([{ shard: 'z', owner: 'b', epoch: 1 }]);
  });

  it('keeps a lease as long as it is renewed in time', async () => {
    const world = await open();
    const held = await take(world, A);
    for (let renewals = 0; renewals < 3; renewals += 1) {
      await world.pass(LEASE_MS * 0.6);
      const view = await world.store.renew(A, held, LEASE_MS);
      expect(view.leases[0]?.leftMs).toBeGreaterThan(LEASE_MS * 0.9);
    }
    expect(await take(world, B)).toEqual([]);
  });

  it('lets another replica take a lease that was not renewed in time, under a new epoch', async () => {
    const world = await open();
    const held = await take(world, A);
    await world.pass(LEASE_MS);
    expect((await leaseIn(world))?.leftMs).toBeLessThanOrEqual(0);
    expect(await take(world, B)).toEqual([{ shard: SHARD, owner: 'b', epoch: 2 }]);
    await world.store.renew(A, held, LEASE_MS * 9);
    expect(await leaseIn(world)).toMatchObject({ owner: 'b', epoch: 2 });
    expect((await leaseIn(world))?.leftMs).toBeLessThanOrEqual(LEASE_MS);
  });

  it('does not renew a lease that has run out, even if no other replica took it', async () => {
    const world = await open();
    const held = await take(world, A);
    await world.pass(LEASE_MS);
    const view = await world.store.renew(A, held, LEASE_MS);
    expect(view.leases[0]?.leftMs).toBeLessThanOrEqual(0);
  });

  it('does not renew under an epoch that is over', async () => {
    const world = await open();
    const [first] = await take(world, A);
    await take(world, A);
    await world.pass(LEASE_MS / 2);
    await world.store.renew(A, first === undefined ? [] : [first], LEASE_MS);
    expect((await leaseIn(world))?.leftMs).toBeLessThanOrEqual(LEASE_MS / 2);
  });

  it('lets a replica take its own shard again, under a new epoch', async () => {
    const world = await open();
    await take(world, A);
    expect(await take(world, A)).toEqual([{ shard: SHARD, owner: 'a', epoch: 2 }]);
  });

  it('ends a lease at once when it is released, and remembers its epoch', async () => {
    const world = await open();
    const held = await take(world, A);
    await world.store.release(held);
    expect(await leaseIn(world)).toMatchObject({ owner: null, epoch: 1 });
    expect((await leaseIn(world))?.leftMs).toBeLessThanOrEqual(0);
    expect(await take(world, B)).toEqual([{ shard: SHARD, owner: 'b', epoch: 2 }]);
  });

  it('leaves a lease alone that another replica holds by now, when an earlier owner releases it', async () => {
    const world = await open();
    const held = await take(world, A);
    await world.pass(LEASE_MS);
    await take(world, B);
    await world.store.release(held);
    expect(await leaseIn(world)).toMatchObject({ owner: 'b', epoch: 2 });
  });

  it('ends every lease of a replica that leaves, and counts on it no more', async () => {
    const world = await open();
    await world.store.renew(A, [], LEASE_MS);
    await world.store.renew(B, [], LEASE_MS);
    await take(world, A, ['x', 'y']);
    await take(world, B, ['z']);
    await world.store.leave('a');
    const { leases, replicas } = await world.store.view();
    expect(new Map(leases.map(({ shard, owner }) => [shard, owner]))).toEqual(
      new Map([
        ['x', null],
        ['y', null],
        ['z', 'b'],
      ]),
    );
    expect(replicas.map(({ id }) => id)).toEqual(['b']);
  });

  it('tells of every replica how long it has been quiet', async () => {
    const world = await open();
    await world.store.renew(A, [], LEASE_MS);
    await world.pass(LEASE_MS);
    const { replicas } = await world.store.renew(B, [], LEASE_MS);
    const quiet = new Map(replicas.map(({ id, quietMs }) => [id, quietMs]));
    expect(quiet.get('a')).toBeGreaterThanOrEqual(LEASE_MS);
    expect(quiet.get('b')).toBeLessThan(LEASE_MS);
    expect(replicas).toContainEqual(expect.objectContaining(A));
  });

  it('gives a shard to one of the replicas that ask at the same time', async () => {
    const world = await open();
    const taken = await Promise.all([take(world, A), take(world, B), take(world, A, ['other'])]);
    expect(taken[0].length + taken[1].length).toBe(1);
    expect(taken[2]).toHaveLength(1);
  });
}
