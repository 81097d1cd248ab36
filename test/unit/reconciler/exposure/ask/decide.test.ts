import { expect, it } from 'vitest';
import { groupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { decide } from '../../../../../reconciler/exposure/ask/decide.ts';
import type { Packet } from '../../../../../reconciler/exposure/engine/packet.ts';
import type { Direction } from '../../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const BASIC = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' });
const OPEN_BASIC = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'accept' });
const ENTERPRISE = groupContext({ id: 'sg-self', type: 'enterprise', innerAccess: 'accept' });

const PACKET: Packet = {
  direction: 'ingress',
  nicType: 'intranet',
  family: 'ipv4',
  protocol: 6,
  port: 22,
  sourcePort: 40000,
  peer: prefix('10.0.0.7').address,
  own: prefix('10.1.0.1').address,
  memberOf: [],
};

it.each([
  ['a basic group drops what comes in', BASIC, 'ingress', 'drop'],
  ['a basic group lets out everything', BASIC, 'egress', 'accept'],
  ['an enterprise group drops what comes in', ENTERPRISE, 'ingress', 'drop'],
  ['an enterprise group lets out nothing', ENTERPRISE, 'egress', 'drop'],
] as const)('without rules %s', (_, context, direction: Direction, action) => {
  expect(decide([], { ...PACKET, direction }, context)).toEqual({ by: 'default', action });
});

const accept = rule({ ports: '22', priority: 5 });
const drop = rule({ ports: '22', priority: 5, action: 'drop' });

it.each([
  ['the stronger priority wins', [rule({ priority: 9, action: 'drop' }), accept], accept],
  ['at equal priority drop wins', [accept, drop], drop],
  ['what does not match does not count', [rule({ ports: '23', action: 'drop' }), accept], accept],
  ['another direction does not count', [rule({ direction: 'egress', action: 'drop' }), accept], accept],
  ['another card does not count', [rule({ nicType: 'internet', action: 'drop' }), accept], accept],
])('decides by rank and match: %s', (_, rules, winner) => {
  expect(decide(rules, PACKET, BASIC)).toEqual({ by: 'rule', action: winner.action, rule: winner });
  expect(decide(rules.toReversed(), PACKET, BASIC)).toEqual(decide(rules, PACKET, BASIC));
});

it('members of a group with inner access reach each other before any rule is asked', () => {
  const between = { ...PACKET, memberOf: ['sg-self'] };
  const rules = [rule({ peer: 'sg-self', action: 'drop' })];
  expect(decide(rules, between, OPEN_BASIC)).toEqual({ by: 'innerAccess', action: 'accept' });
  expect(decide(rules, between, BASIC).action).toBe('drop');
  expect(decide(rules, between, ENTERPRISE).action).toBe('drop');
});

it.each([
  ['the peer', { peer: null }, rule({ peer: '10.0.0.0/8' }), rule({})],
  ['the own side', { own: null }, rule({ own: '10.1.0.0/16' }), rule({ own: '0.0.0.0/0' })],
  ['the source port', { sourcePort: null }, rule({ sourcePorts: { first: 1, last: 9 } }), rule({})],
  ['the port', { port: null }, rule({ ports: '22' }), rule({ ports: 'all' })],
])('%s being unknown, only a rule that leaves it open matches', (_, unknown, narrow, open) => {
  expect(decide([narrow], { ...PACKET, ...unknown }, BASIC).by).toBe('default');
  expect(decide([open], { ...PACKET, ...unknown }, BASIC).by).toBe('rule');
});
