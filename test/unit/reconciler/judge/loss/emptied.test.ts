import { describe, expect, it } from 'vitest';
import { groupContext, type GroupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { emptiedDirections } from '../../../../../reconciler/judge/loss/emptied.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { rule } from '../../../../support/rule-sets.ts';

const BASIC = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' });
const ENTERPRISE: GroupContext = { ...BASIC, type: 'enterprise' };

const emptied = (before: readonly Rule[], after: readonly Rule[], context = BASIC): string[] =>
  emptiedDirections({ before, after, context }).map(({ direction, family }) => `${direction} ${family}`);

const web = rule({ ports: '443' });
const out = rule({ direction: 'egress' });
const dropAll = (fields: Parameters<typeof rule>[0] = {}): Rule =>
  rule({ protocol: 'all', action: 'drop', ...fields });

describe('a direction is emptied', () => {
  it('by the removal of its only rule', () => expect(emptied([web], [])).toEqual(['ingress ipv4']));

  it('by a drop-all with every rule still there', () =>
    expect(emptied([web], [web, dropAll()])).toEqual(['ingress ipv4']));

  it('of IPv4 though an IPv6 rule stays', () => {
    const v6 = rule({ peer: '2001:db8::/32' });
    expect(emptied([web, v6], [v6])).toEqual(['ingress ipv4']);
    expect(emptied([web, v6], [web])).toEqual(['ingress ipv6']);
  });

  it('by a drop-all where the default of a basic group accepted everything', () =>
    expect(emptied([], [dropAll({ direction: 'egress' })])).toEqual(['egress ipv4']));

  it('by the removal of the last egress rule of an enterprise group', () =>
    expect(emptied([out], [], ENTERPRISE)).toEqual(['egress ipv4']));
});

describe('a direction is not emptied', () => {
  it('by the removal of the last egress rule of a basic group, whose default accepts', () =>
    expect(emptied([out], [])).toEqual([]));

  it('while one packet is still accepted', () =>
    expect(emptied([web], [rule({ ports: '22', peer: '10.0.0.1/32' })])).toEqual([]));

  it('if nothing was accepted before', () => expect(emptied([web, dropAll()], [dropAll()])).toEqual([]));

  it('of IPv6 where a rule for a group goes and no rule is about IPv6', () =>
    expect(emptied([web, rule({ peer: 'sg-lb' })], [web])).toEqual([]));
});

it('believes the worse where the budget ends first', () =>
  expect(
    emptiedDirections({ before: [web], after: [web, rule({ ports: '22' })], context: BASIC }, 0),
  ).toEqual([{ direction: 'ingress', family: 'ipv4' }]));
