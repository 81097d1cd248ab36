import { expect, it } from 'vitest';
import { BitSet } from '../../../../../reconciler/exposure/engine/bit-set.ts';

function members(set: BitSet): number[] {
  const found: number[] = [];
  for (let item = set.next(0); item >= 0; item = set.next(item + 1)) found.push(item);
  return found;
}

it.each([
  ['nothing', 0, []],
  ['one word', 10, [0, 9]],
  ['the borders of words', 97, [0, 31, 32, 63, 64, 95, 96]],
  ['an empty word in between', 200, [5, 199]],
  ['the borders of groups of words', 3100, [1023, 1024, 2047, 2048, 3099]],
  ['an empty group of words in between', 4000, [5, 3000]],
])('walks %s in order', (_, size, items) => {
  const set = new BitSet(size);
  for (const item of items.toReversed()) set.toggle(item);
  expect(members(set)).toEqual(items);
});

it('toggling twice leaves nothing', () => {
  const set = new BitSet(64);
  for (const item of [31, 32, 33, 31, 32]) set.toggle(item);
  expect(members(set)).toEqual([33]);
  set.toggle(33);
  expect(members(set)).toEqual([]);
});

it.each([0, 1, 31, 32, 33, 64])('the full set of %i holds them all', (size) => {
  expect(members(BitSet.full(size))).toEqual(Array.from({ length: size }, (_, item) => item));
});
