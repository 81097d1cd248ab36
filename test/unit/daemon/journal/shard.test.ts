import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shardOf, shardsOf } from '../../../../daemon/journal/shard.ts';

const place = { account: 'default', region: 'cn-hangzhou' };

it('has one shard for an account and region unless more are asked for', () => {
  expect(shardOf({ ...place, id: 'sg-1' }, 1)).toBe('default/cn-hangzhou');
  expect(shardsOf([place, { account: 'b', region: 'r' }, place], 1)).toEqual(['default/cn-hangzhou', 'b/r']);
});

it('puts a group into the same shard in every process and release, by its id alone', () => {
  expect(['sg-1', 'sg-2', 'sg-3', 'sg-4'].map((id) => shardOf({ ...place, id }, 4))).toEqual([
    'default/cn-hangzhou#2',
    'default/cn-hangzhou#0',
    'default/cn-hangzhou#3',
    'default/cn-hangzhou#2',
  ]);
});

it('lists the shard of every group of its places', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (id, shards) => {
      expect(shardsOf([place], shards)).toContain(shardOf({ ...place, id }, shards));
      expect(shardsOf([place], shards)).toHaveLength(shards);
    }),
  );
});

it('spreads the groups of a place evenly enough to be worth it', () => {
  const counts = new Map<string, number>();
  for (let n = 0; n < 4000; n += 1) {
    const shard = shardOf({ ...place, id: `sg-bp1${n.toString(36)}` }, 4);
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
