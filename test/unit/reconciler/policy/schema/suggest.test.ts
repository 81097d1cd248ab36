import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearestWord } from '../../../../../reconciler/policy/schema/suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['', 'abc', 3],
    ['abc', 'ab', 1],
    ['abc', 'abd', 1],
    ['form', 'from', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['regoin', 'region', 1],
  ])('of "%s" and "%s" is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearestWord', () => {
  it.each([
    ['ingres', ['egress', 'ingress'], 'ingress'],
    ['Accept', ['accept', 'drop'], 'accept'],
    ['allow', ['accept', 'drop'], null],
    ['tpc', ['tcp', 'udp'], 'tcp'],
    ['x', ['tcp'], null],
    ['ports', [], null],
    ['x'.repeat(65), ['x'.repeat(65)], null],
    ['portz', ['ports', 'portx'], 'ports'],
  ])('to "%s" among %j is %s', (written, words, nearest) => {
    expect(nearestWord(written, words)).toBe(nearest);
  });

  it('makes a hint, or none', () => {
    expect(didYouMean('regoin', ['region'])).toBe('did you mean "region"?');
    expect(didYouMean('xyz', ['region'])).toBe('');
  });
});
