import { describe, expect, it } from 'vitest';
import { groupContext, type GroupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { losingRules } from '../../../../../reconciler/judge/loss/losing-rules.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const CONTEXT = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' });

const losing = (before: readonly Rule[], after: readonly Rule[], context: GroupContext = CONTEXT): Rule[] =>
  losingRules({ before, after, context });

const accepts = Array.from({ length: 42 }, (_, at) =>
  rule({ ports: String(1000 + at), peer: `10.0.${at}.0/24` }),
);

const groupAccepts = Array.from({ length: 30 }, (_, at) =>
  rule({ ports: '443', peer: `sg-${at}`, priority: 2 }),
);

describe('losing rules', () => {
  it('names each of 42 removed accepts beside an added drop-all', () => {
    const drop = rule({ protocol: 'all', action: 'drop' });
    expect(losing(accepts, [drop])).toHaveLength(42);
  });

  it('names each of 42 accepts that stay behind an added drop-all', () => {
    const drop = rule({ protocol: 'all', action: 'drop' });
    expect(losing(accepts, [...accepts, drop])).toHaveLength(42);
  });

  it('names no rule for a group where one address is banned', () => {
    const ban = rule({ protocol: 'all', peer: '10.9.9.9/32', action: 'drop' });
    expect(losing(groupAccepts, [...groupAccepts, ban])).toEqual([]);
  });

  it('names each rule for a group where most private addresses are banned', () => {
    const ban = rule({ protocol: 'all', peer: '10.0.0.0/8', action: 'drop' });
    expect(losing(groupAccepts, [...groupAccepts, ban])).toHaveLength(30);
  });

  it('names no rule for a group where another group is banned', () => {
    const ban = rule({ protocol: 'all', peer: 'sg-bad', action: 'drop' });
    expect(losing(groupAccepts, [...groupAccepts, ban])).toEqual([]);
  });

  it('names no rule for addresses where a group is banned', () => {
    const ban = rule({ protocol: 'all', peer: 'sg-bad', action: 'drop' });
    expect(losing([rule({ priority: 2 })], [rule({ priority: 2 }), ban])).toEqual([]);
  });

  it('names a rule for a group that is removed, and one whose service is cut', () => {
    const lb = rule({ ports: '80-443', peer: 'sg-lb' });
    expect(losing([lb], [])).toEqual([lb]);
    expect(losing([lb], [rule({ ports: '80', peer: 'sg-lb' })])).toEqual([lb]);
  });

  it('names no rule for a group because of IPv6 in a group without IPv6 rules', () => {
    const ban = rule({ protocol: 'all', peer: '::/0', action: 'drop' });
    expect(losing(groupAccepts, [...groupAccepts, ban])).toEqual([]);
    const v6 = rule({ ports: '22', peer: '2001:db8::/32', priority: 3 });
    expect(losing([...groupAccepts, v6], [...groupAccepts, v6, ban])).toHaveLength(31);
  });

  it('names a rule for an unread list that is removed, and not one where an accept of the list stays under a drop of it', () => {
    const list = rule({ ports: '443', peer: 'pl-cdn', priority: 2 });
    expect(losing([list], [])).toEqual([list]);
    const overruled = rule({ ports: '443', peer: 'pl-cdn', action: 'drop' });
    expect(losing([list, overruled], [overruled])).toEqual([]);
    expect(losing([list], [list, overruled])).toEqual([list]);
  });

  it('names an egress rule that is removed only where the default does not accept', () => {
    const out = rule({ direction: 'egress', ports: '443' });
    expect(losing([out], [])).toEqual([]);
    expect(losing([out], [], { ...CONTEXT, type: 'enterprise' })).toEqual([out]);
  });
});

describe('no rule loses by', () => {
  it.each<[string, readonly Rule[], readonly Rule[]]>([
    ['another priority', [rule({ ports: '22' })], [rule({ ports: '22', priority: 9 })]],
    ['another description', [rule({ ports: '22' })], [rule({ ports: '22', description: 'ssh' })]],
    [
      'two halves in place of one network',
      [rule({ peer: '10.0.0.0/16' })],
      [rule({ peer: '10.0.0.0/17' }), rule({ peer: '10.0.128.0/17' })],
    ],
    [
      'a wider network in place of hosts',
      [rule({ peer: '10.0.0.1/32' }), rule({ peer: '10.0.0.2/32' })],
      [rule({ peer: '10.0.0.0/24' })],
    ],
    ['the removal of one behind a wider one', [rule({ peer: '10.0.0.0/24' }), rule({})], [rule({})]],
    ['the removal of one twin', [rule({ priority: 1 }), rule({ priority: 5 })], [rule({ priority: 5 })]],
  ])('%s', (_, before, after) => {
    expect(losing(before, after)).toEqual([]);
  });

  it('a list that was read in place of its entries, and the other way round', () => {
    const entries = [prefix('10.0.0.0/24'), prefix('10.0.1.0/24')];
    const context: GroupContext = {
      ...CONTEXT,
      prefixLists: new Map([['pl-a', { family: 'ipv4', entries }]]),
    };
    const networks = [rule({ peer: '10.0.0.0/24' }), rule({ peer: '10.0.1.0/24' })];
    expect(losing(networks, [rule({ peer: 'pl-a' })], context)).toEqual([]);
    expect(losing([rule({ peer: 'pl-a' })], networks, context)).toEqual([]);
    expect(losing([rule({ peer: 'pl-a' })], [rule({ peer: '10.0.0.0/24' })], context)).toHaveLength(1);
  });
});

describe('what counts once', () => {
  it('is a pair of twins that go together', () => {
    const twins = [rule({ priority: 1 }), rule({ priority: 5 })];
    expect(losing(twins, [])).toEqual([twins[0]]);
  });

  it('is a pair of rules that are equal but for their texts', () => {
    expect(losing([rule({}), rule({ description: 'again' })], [])).toHaveLength(1);
  });
});

it('counts every removed rule that the budget does not allow to judge', () => {
  expect(losingRules({ before: accepts, after: [], context: CONTEXT }, 0)).toHaveLength(42);
});

it('judges a thousand rules of which half go within the usual budget', () => {
  const many = Array.from({ length: 1000 }, (_, at) =>
    rule({ ports: String(1 + (at % 50)), peer: `10.${at % 8}.${at >> 3}.0/24`, priority: 1 + (at % 3) }),
  );
  const rest = many.filter((_, at) => at % 2 === 0);
  expect(losing(many, rest)).toHaveLength(500);
});
