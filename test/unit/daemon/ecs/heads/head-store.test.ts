// Which groups are followed where several replicas divide a place.
import { expect, it } from 'vitest';
import { HeadStore } from '../../../../../daemon/ecs/heads/head-store.ts';
import type { GroupRef } from '../../../../../reconciler/model/group.ts';
import { ok } from '../../../../../reconciler/model/result.ts';
import { instantClock } from '../../../../support/fake-engine.ts';

const PLACE = { account: 'main', region: 'cn-hangzhou' };
const FIRST = { ...PLACE, id: 'sg-1' };
const SECOND = { ...PLACE, id: 'sg-2' };
const isOnly =
  (id: string) =>
  (group: GroupRef): boolean =>
    group.id === id;

it('follows the groups of the shards of a place that are meant, and the others as before', () => {
  const store = new HeadStore({
    readGroups: () => Promise.resolve(ok([])),
    clock: instantClock(),
    ages: { observeMs: 1000, writeMs: 1000 },
  });
  const followed = () => [...store.of(PLACE).followed].sort();
  store.follow([FIRST], isOnly('sg-1'));
  expect(followed()).toEqual(['sg-1']);
  store.follow([SECOND], isOnly('sg-2'));
  expect(followed()).toEqual(['sg-1', 'sg-2']);
  store.follow([], isOnly('sg-1'));
  expect(followed()).toEqual(['sg-2']);
});
