import { describe, expect, it } from 'vitest';
import { deepFreeze, groupBy, replacedInside } from '../../../../reconciler/model/collections.ts';

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

describe('replacedInside', () => {
  const doubled = (value: unknown): unknown => (typeof value === 'bigint' ? value * 2n : value);

  it('gives the very same value where nothing is replaced', () => {
    const value = { a: [1, { b: 'x' }], c: null };
    expect(replacedInside(value, doubled)).toBe(value);
  });

  it('replaces what is deep inside, keeps the rest as the same objects, and leaves the value as it is', () => {
    const rest = { d: 'x' };
    const value = { a: [1n, rest], rest };
    const replaced = replacedInside(value, doubled) as typeof value;
    expect(replaced).toEqual({ a: [2n, rest], rest });
    expect(replaced.rest).toBe(rest);
    expect(value.a[0]).toBe(1n);
  });

  it('looks into what it has put in', () => {
    const opened = (value: unknown): unknown => (value instanceof Set ? [...value] : doubled(value));
    expect(replacedInside({ set: new Set([1n, new Set([2n])]) }, opened)).toEqual({ set: [2n, [4n]] });
  });

  it('replaces a field whose name every object has', () => {
    const value = JSON.parse('{"__proto__": "x", "constructor": 1}') as object;
    const replaced = replacedInside(value, (each) => (each === 'x' ? 'y' : each));
    expect(JSON.stringify(replaced)).toBe('{"__proto__":"y","constructor":1}');
  });
});
