import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { describeRule } from '../../../../../reconciler/model/rule-text.ts';
import { hulls, TEMPORARY } from '../../../../../reconciler/plan/fit/temporary.ts';
import { rule } from '../../../../support/rule-sets.ts';

const low = rule({ ports: '80', peer: '10.0.0.0/25' });
const high = rule({ ports: '80', peer: '10.0.0.128/25' });
const both = rule({ ports: '80', peer: '10.0.0.0/24' });

const offered = (changed: readonly Rule[], held: readonly Rule[] = []): string[] =>
  hulls(changed, held).map(describeRule);

describe('a temporary rule', () => {
  it('covers two changed rules, and no more than it must', () => {
    expect(offered([low, high])).toEqual([describeRule({ ...both, description: TEMPORARY })]);
  });

  it.each<[string, Rule]>([
    ['a rule that is held', both],
    ['one that is held with another priority', { ...both, priority: 7 }],
  ])('is never %s: the cloud could take the one for the other', (_, twin) => {
    expect(offered([low, high], [twin])).toEqual([]);
  });

  it('stands in for rules of one action and priority only', () => {
    expect(offered([low, { ...high, action: 'drop' }])).toEqual([]);
    expect(offered([low, { ...high, priority: 2 }])).toEqual([]);
  });
});
