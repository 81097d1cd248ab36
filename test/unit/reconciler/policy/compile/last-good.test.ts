import { describe, expect, it } from 'vitest';
import { keepLastGood } from '../../../../../reconciler/policy/compile/last-good.ts';
import { compileTexts } from '../../../../support/policy-text.ts';

const file = (...ids: string[]): string =>
  `version: 1\ngroups: [${ids.map((id) => `{id: ${id}, region: cn-a, ingress: []}`).join(', ')}]\n`;

const BROKEN = 'version: 1\ngroups: [\n';

/** Ids with their files: what is in force, and of that what is kept. */
function merge(now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>) {
  const { groups, kept } = keepLastGood(compileTexts(now), compileTexts(before));
  const text = (list: typeof groups): string[] =>
    list.map(({ selector, source }) => `${source.file} ${selector.kind === 'id' ? selector.id : ''}`);
  return { groups: text(groups), kept: text(kept) };
}

describe('keepLastGood', () => {
  it('keeps nothing of good files', () => {
    expect(merge({ 'a.yaml': file('sg-a') }, { 'a.yaml': file('sg-old') })).toEqual({
      groups: ['a.yaml sg-a'],
      kept: [],
    });
  });

  it('keeps the groups of a bad file, beside those of the good ones', () => {
    const before = { 'a.yaml': file('sg-a', 'sg-c'), 'b.yaml': file('sg-b') };
    expect(merge({ 'a.yaml': BROKEN, 'b.yaml': file('sg-b') }, before)).toEqual({
      groups: ['b.yaml sg-b', 'a.yaml sg-a', 'a.yaml sg-c'],
      kept: ['a.yaml sg-a', 'a.yaml sg-c'],
    });
  });

  it('keeps nothing of a file that is gone', () => {
    expect(merge({ 'b.yaml': file('sg-b') }, { 'a.yaml': file('sg-a') })).toEqual({
      groups: ['b.yaml sg-b'],
      kept: [],
    });
  });

  it('has nothing to keep of a file that never was good', () => {
    expect(merge({ 'a.yaml': BROKEN }, {})).toEqual({ groups: [], kept: [] });
  });

  it('takes a group that moved to a good file from there', () => {
    expect(merge({ 'a.yaml': BROKEN, 'b.yaml': file('sg-a') }, { 'a.yaml': file('sg-a') })).toEqual({
      groups: ['b.yaml sg-a'],
      kept: [],
    });
  });
});
