import { expect, it } from 'vitest';
import { Axis } from '../../../../../reconciler/exposure/engine/axis.ts';

const DOMAIN = { first: 1n, last: 100n };
const span = (first: number, last: number): { first: bigint; last: bigint } => ({
  first: BigInt(first),
  last: BigInt(last),
});

it('without spans is one atom', () => {
  const axis = new Axis(DOMAIN, []);
  expect(axis.size).toBe(1);
  expect(axis.spanOf({ lo: 0, hi: 0 })).toEqual(DOMAIN);
});

it.each([
  ['inside', span(20, 30)],
  ['at the start', span(1, 10)],
  ['at the end', span(90, 100)],
  ['the whole domain', span(1, 100)],
  ['one value', span(42, 42)],
])('gives back a span that it was cut by: %s', (_, wanted) => {
  const axis = new Axis(DOMAIN, [span(25, 50), wanted]);
  expect(axis.spanOf(axis.atomsOf(wanted))).toEqual(wanted);
});

it('does not depend on the order of the spans', () => {
  const axis = new Axis(DOMAIN, [span(20, 30), span(1, 10)]);
  const other = new Axis(DOMAIN, [span(1, 10), span(20, 30)]);
  expect(axis.atomsOf(span(20, 30))).toEqual(other.atomsOf(span(20, 30)));
});

it('refuses a span that it was not cut by', () => {
  expect(() => new Axis(DOMAIN, [span(20, 30)]).atomsOf(span(20, 29))).toThrow('not cut');
});
