import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../reconciler/model/glob.ts';

describe('matchesGlob', () => {
  it.each([
    ['managed-by-acs/*', 'managed-by-acs/node', true],
    ['managed-by-acs/*', 'managed-by-acs/', true],
    ['managed-by-acs/*', 'x managed-by-acs/', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['*a*', 'bab', true],
    ['a.c', 'abc', false],
    ['[x]*', '[x]y', true],
  ])('"%s" matches "%s": %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });
});
