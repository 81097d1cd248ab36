import { expect, it } from 'vitest';
import { deepFreeze, groupBy } from '../../../../reconciler/model/collections.ts';

it('groups items by key, keys in the order of their first items', () => {
  const groups = groupBy(['b1', 'a1', 'b2'], ([letter]) => letter);
  expect([...groups]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ]);
});

it('freezes a value with all that it holds', () => {
  const frozen = deepFreeze({ list: [{ deep: 1 }] });
  expect([frozen, frozen.list, frozen.list[0]].every((part) => Object.isFrozen(part))).toBe(true);
});
