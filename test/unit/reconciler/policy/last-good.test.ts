import { describe, expect, it } from 'vitest';
import { keepLastGood } from '../../../../reconciler/policy/last-good.ts';
import { compileTexts } from '../../../support/policy-text.ts';

const file = (...ids: string[]): string =>
  `version: 1\ngroups: [${ids.map((id) => `{id: ${id}, region: cn-a, ingress: []}`).join(', ')}]\n`;

const BROKEN = 'version: 1\ngroups: [\n';

/** Ids with their files: what is in force, and of that what is kept. */
function merge(now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>) {
  const { groups, kept } = keepLastGood(compileTexts(now), compileTexts(before).groups);
  const text = (list: typeof groups): string[] =>
    list.map(({ selector, source }) => `${source.file} ${selector.kind === 'id' ? selector.id : ''}`);
  return { groups: text(groups), kept: text(kept) };
}

describe('keepLastGood', () => {
  it.each([
    [
      'good files keep nothing',
      { 'a.yaml': file('sg-a') },
      { 'a.yaml': file('sg-old') },
      ['a.yaml sg-a'],
      [],
    ],
    [
      'a bad file keeps its groups',
      { 'a.yaml': BROKEN, 'b.yaml': file('sg-b') },
      { 'a.yaml': file('sg-a', 'sg-c'), 'b.yaml': file('sg-b') },
      ['b.yaml sg-b', 'a.yaml sg-a', 'a.yaml sg-c'],
      ['a.yaml sg-a', 'a.yaml sg-c'],
    ],
    [
      'a file that is gone keeps nothing',
      { 'b.yaml': file('sg-b') },
      { 'a.yaml': file('sg-a') },
      ['b.yaml sg-b'],
      [],
    ],
    ['a file that never was good has nothing to keep', { 'a.yaml': BROKEN }, {}, [], []],
    [
      'a group that moved to a good file is taken from there',
      { 'a.yaml': BROKEN, 'b.yaml': file('sg-a') },
      { 'a.yaml': file('sg-a') },
      ['b.yaml sg-a'],
      [],
    ],
  ])('%s', (_name, now, before, groups, kept) => {
    expect(merge(now as Record<string, string>, before as Record<string, string>)).toEqual({ groups, kept });
  });
});
