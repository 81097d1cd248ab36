import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { covers, dominates, overlaps, overrules, extentOf } from '../../../../reconciler/plan/overlap.ts';
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const high = { first: 1024, last: 65535 };

describe('whether two rules may meet, and whether the first covers the second', () => {
  it.each<[string, Rule, Rule, boolean, boolean]>([
    ['the same', web, web, true, true],
    ['another direction', web, rule({ direction: 'egress', ports: '443' }), false, false],
    ['another NIC', web, rule({ ports: '443', nicType: 'internet' }), false, false],
    ['another protocol', web, rule({ protocol: 'udp', ports: '443' }), false, false],
    ['all protocols over one', rule({ protocol: 'all' }), web, true, true],
    ['one protocol over all', web, rule({ protocol: 'all' }), true, false],
    ['protocols without ports', rule({ protocol: 'gre' }), rule({ protocol: 'gre' }), true, true],
    ['ports inside', rule({ ports: '440-450' }), web, true, true],
    ['ports outside', web, rule({ ports: '440-450' }), true, false],
    ['ports that touch', rule({ ports: '1-443' }), rule({ ports: '443-500' }), true, false],
    ['ports side by side', rule({ ports: '1-442' }), web, false, false],
    ['all ports over a list', rule({ ports: 'all' }), rule({ ports: 'prl-a' }), true, true],
    ['a list over a port', rule({ ports: 'prl-a' }), web, true, false],
    ['a list over itself', rule({ ports: 'prl-a' }), rule({ ports: 'prl-a' }), true, true],
    ['a list over another', rule({ ports: 'prl-a' }), rule({ ports: 'prl-b' }), true, false],
    ['any source port over some', web, rule({ ports: '443', sourcePorts: high }), true, true],
    ['some source ports over any', rule({ ports: '443', sourcePorts: high }), web, true, false],
    [
      'other source ports',
      rule({ ports: '443', sourcePorts: high }),
      rule({ ports: '443', sourcePorts: { first: 53, last: 53 } }),
      false,
      false,
    ],
    ['a network inside', web, rule({ ports: '443', peer: '10.0.0.0/8' }), true, true],
    ['networks side by side', rule({ peer: '10.0.0.0/9' }), rule({ peer: '10.128.0.0/9' }), false, false],
    ['families', rule({ peer: '::/0' }), web, false, false],
    ['a group and a network', rule({ peer: 'sg-a' }), web, true, false],
    ['a network and a group', web, rule({ ports: '443', peer: 'sg-a' }), true, false],
    ['a group and a prefix list', rule({ peer: 'sg-a' }), rule({ peer: 'pl-a' }), true, false],
    ['a group and itself', rule({ peer: 'sg-a' }), rule({ peer: 'sg-a' }), true, true],
    ['any own side over some', web, rule({ ports: '443', own: '10.1.0.0/16' }), true, true],
    ['some own side over any', rule({ ports: '443', own: '10.1.0.0/16' }), web, true, false],
    ['an own side inside', rule({ own: '10.0.0.0/8' }), rule({ own: '10.1.0.0/16' }), true, true],
    ['own sides side by side', rule({ own: '10.1.0.0/16' }), rule({ own: '10.2.0.0/16' }), false, false],
  ])('whether two rules may meet, and whether the first covers the second: %s', (...row) => {
    const [, outer, inner, meet, cover] = row;
    const [a, b] = [extentOf(outer), extentOf(inner)];
    expect([overlaps(a, b), overlaps(b, a), covers(a, b)]).toEqual([meet, meet, cover]);
  });
});

describe('precedence', () => {
  const at = (priority: number, action: Rule['action'], peer = '10.0.0.0/8') =>
    extentOf(rule({ ports: '22', peer, action, priority }));

  it.each([
    ['a drop overrules an accept of the same priority', at(1, 'drop'), at(1, 'accept'), true, false],
    ['an accept overrules a drop of a weaker priority', at(1, 'accept'), at(2, 'drop'), true, false],
    ['rules of one action never overrule each other', at(1, 'accept'), at(2, 'accept'), false, false],
    ['nor do rules that do not meet', at(1, 'drop'), at(2, 'accept', '11.0.0.0/8'), false, false],
  ])('precedence: %s', (...row) => {
    const [, first, second, forwards, back] = row;
    expect([overrules(first, second), overrules(second, first)]).toEqual([forwards, back]);
  });

  it('dominates by box and rank together', () => {
    expect(dominates(at(1, 'accept', '0.0.0.0/0'), at(1, 'accept'))).toBe(true);
    expect(dominates(at(2, 'accept', '0.0.0.0/0'), at(1, 'accept'))).toBe(false);
    expect(dominates(at(1, 'accept'), at(2, 'drop', '0.0.0.0/0'))).toBe(false);
    expect(dominates(at(1, 'accept'), at(1, 'accept'))).toBe(true);
  });
});
