import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LeaseView } from '../../../../../daemon/journal/leases.ts';
import { fairShare } from '../../../../../daemon/schedule/leases/fair-share.ts';

const LEASE_MS = 3000;

function view(
  owners: Readonly<Record<string, string | null>>,
  replicas: Readonly<Record<string, number>>,
): LeaseView {
  return {
    leases: Object.entries(owners).map(([shard, owner]) => ({
      shard,
      owner,
      epoch: 1,
      leftMs: owner === null ? 0 : 1000,
    })),
    replicas: Object.entries(replicas).map(([id, quietMs]) => ({ id, quietMs, host: 'h', version: '1' })),
  };
}

const share = (me: string, wanted: string, given: LeaseView) =>
  fairShare({
    me,
    mine: given.leases.flatMap(({ shard, owner, leftMs }) => (owner === me && leftMs > 0 ? [shard] : [])),
    wanted: wanted.split(','),
    view: given,
    leaseMs: LEASE_MS,
  });

it('lets the only replica take every shard', () => {
  expect(share('a', 'w,x,y,z', view({}, { a: 0 }))).toEqual({
    free: ['w', 'x', 'y', 'z'],
    room: 4,
    handOver: [],
  });
});

it('lets a replica that starts hope for its share, and the others give what they have above theirs', () => {
  const given = view({ w: 'a', x: 'a', y: 'a', z: 'a' }, { a: 0, b: 0 });
  expect(share('b', 'w,x,y,z', given)).toEqual({ free: [], room: 2, handOver: [] });
  expect(share('a', 'w,x,y,z', given)).toEqual({ free: [], room: 0, handOver: ['y', 'z'] });
});

it('does not leave a third replica idle beside two that hold two shards each: one of them gives one', () => {
  const given = view({ w: 'a', x: 'a', y: 'b', z: 'b' }, { a: 0, b: 0, c: 0 });
  expect(share('a', 'w,x,y,z', given).handOver).toEqual(['x']);
  expect(share('b', 'w,x,y,z', given).handOver).toEqual([]);
});

it('leaves what is over after an even division to a replica that has less than the others', () => {
  const given = view({ w: 'a', x: 'b', y: null }, { a: 0, b: 0, c: 0 });
  expect(share('a', 'w,x,y', given).room).toBe(0);
  expect(share('c', 'w,x,y', given).room).toBe(1);
});

it('divides by the replicas that live: one that has been quiet for as long as a lease lasts is not waited for', () => {
  const given = view({ w: 'a', x: 'a', y: null }, { a: 0, b: LEASE_MS });
  expect(share('a', 'w,x,y', given)).toEqual({ free: ['y'], room: 1, handOver: [] });
});

it('counts a shard as free whose taking was never answered', () => {
  const given = view({ w: 'a' }, { a: 0 });
  const balance = fairShare({ me: 'a', mine: [], wanted: ['w'], view: given, leaseMs: LEASE_MS });
  expect(balance.free).toEqual(['w']);
});

it('does not count shards that are no longer wanted', () => {
  const given = view({ w: 'a', old1: 'b', old2: 'b' }, { a: 0, b: 0 });
  expect(share('a', 'w,x', given)).toEqual({ free: ['x'], room: 0, handOver: [] });
});

it('comes to rest with shares that differ by one at most, from wherever it starts', () => {
  const replicas = ['a', 'b', 'c', 'd'];
  const owners = fc.dictionary(
    fc.constantFrom('q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'),
    fc.option(fc.constantFrom(...replicas), { nil: null }),
  );
  fc.assert(
    fc.property(owners, (first) => {
      const held: Record<string, string | null> = { ...first };
      const wanted = Object.keys(held).join(',');
      for (let round = 0; round < 30; round += 1) {
        for (const me of replicas) {
          const { free, room, handOver } = share(me, wanted, view(held, { a: 0, b: 0, c: 0, d: 0 }));
          for (const shard of handOver) held[shard] = null;
          for (const shard of free.slice(0, room)) held[shard] = me;
        }
      }
      const counts = replicas.map((id) => Object.values(held).filter((owner) => owner === id).length);
      expect(Object.values(held)).not.toContain(null);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});
