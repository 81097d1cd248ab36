import { describe, expect, it } from 'vitest';
import { groupContext, type GroupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { explain } from '../../../../../reconciler/exposure/ask/explain.ts';
import type { Packet } from '../../../../../reconciler/exposure/engine/packet.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const CONTEXT = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'accept' });

/** TCP to port 443 from 10.0.0.7; nothing else is known. */
const PACKET: Packet = {
  direction: 'ingress',
  nicType: 'intranet',
  family: 'ipv4',
  protocol: 6,
  peer: prefix('10.0.0.7').address,
  memberOf: [],
  sourcePort: null,
  own: null,
  port: 443,
};

const HTTPS = rule({ ports: '443', priority: 10 });

const withList = (entries: readonly string[]): GroupContext => ({
  ...CONTEXT,
  prefixLists: new Map([['pl-a', { family: 'ipv4', entries: entries.map(prefix) }]]),
});

describe('rivals of an accept: stronger drops that nothing known rules out', () => {
  it.each<[string, Partial<Packet>, Rule, string[] | null]>([
    ['a group may hold the peer', {}, rule({ action: 'drop', peer: 'sg-a' }), ['peer']],
    ['a prefix list may hold the peer', {}, rule({ action: 'drop', peer: 'pl-a' }), ['peer']],
    [
      'the source port is not known',
      {},
      rule({ action: 'drop', sourcePorts: { first: 1, last: 9 } }),
      ['sourcePorts'],
    ],
    ['the own side is not known', {}, rule({ action: 'drop', own: '10.1.0.0/16' }), ['own']],
    ['a port list may hold the port', {}, rule({ action: 'drop', ports: 'prl-a' }), ['ports']],
    [
      'several things are not known',
      {},
      rule({ action: 'drop', peer: 'sg-a', own: '10.1.0.0/16', ports: 'prl-a' }),
      ['ports', 'peer', 'own'],
    ],
    [
      'the address of a group member is not known',
      { peer: null, memberOf: ['sg-b'] },
      rule({ action: 'drop', peer: '10.9.0.0/16' }),
      ['peer'],
    ],
    ['another address', {}, rule({ action: 'drop', peer: '10.9.0.0/16' }), null],
    ['another port', {}, rule({ action: 'drop', peer: 'sg-a', ports: '80' }), null],
    [
      'another source port',
      { sourcePort: 50 },
      rule({ action: 'drop', sourcePorts: { first: 1, last: 9 } }),
      null,
    ],
    [
      'another own address',
      { own: prefix('10.2.0.1').address },
      rule({ action: 'drop', own: '10.1.0.0/16' }),
      null,
    ],
    ['the other family', {}, rule({ action: 'drop', peer: '::/0' }), null],
    ['the other direction', {}, rule({ action: 'drop', peer: 'sg-a', direction: 'egress' }), null],
    ['too weak', {}, rule({ action: 'drop', peer: 'sg-a', priority: 11 }), null],
    ['of the same action', {}, rule({ peer: 'sg-a' }), null],
  ])('rivals of an accept: stronger drops that nothing known rules out: %s', (_, known, other, needs) => {
    const { decision, rivals } = explain([other, HTTPS], { ...PACKET, ...known }, CONTEXT);
    expect(decision).toMatchObject({ by: 'rule', action: 'accept' });
    expect(rivals).toEqual(needs === null ? [] : [{ rule: other, needs }]);
  });
});

describe('prefix lists whose entries are known', () => {
  const drop = rule({ action: 'drop', peer: 'pl-a' });

  it('rule out a peer that is in none of them', () => {
    expect(explain([drop, HTTPS], PACKET, withList(['10.9.0.0/16'])).rivals).toEqual([]);
  });

  it('leave open whether they hold a peer whose address is not known', () => {
    const packet = { ...PACKET, peer: null, memberOf: ['sg-b'] };
    expect(explain([drop, HTTPS], packet, withList(['10.9.0.0/16'])).rivals).toEqual([
      { rule: drop, needs: ['peer'] },
    ]);
    expect(explain([drop, HTTPS], packet, withList([])).rivals).toEqual([]);
  });
});

it('without a match, any rule that could match against the default is a rival', () => {
  const accept = rule({ peer: 'sg-a', priority: 100 });
  const { decision, rivals } = explain([accept], PACKET, CONTEXT);
  expect(decision).toEqual({ by: 'default', action: 'drop' });
  expect(rivals).toEqual([{ rule: accept, needs: ['peer'] }]);
});

it('other matching rules are listed by precedence, whatever their action', () => {
  const all = rule({ protocol: 'all', priority: 50, action: 'drop' });
  const same = rule({ peer: '10.0.0.0/8', ports: '443', priority: 10 });
  const { decision, alsoMatching } = explain([all, same, HTTPS], PACKET, CONTEXT);
  expect(decision).toEqual({ by: 'rule', action: 'accept', rule: HTTPS });
  expect(alsoMatching).toEqual([same, all]);
});

it('between members of an open group no rule is asked', () => {
  const packet = { ...PACKET, memberOf: ['sg-self'] };
  const drop = rule({ action: 'drop', protocol: 'all' });
  expect(explain([drop], packet, CONTEXT)).toEqual({
    decision: { by: 'innerAccess', action: 'accept' },
    alsoMatching: [],
    rivals: [],
  });
});
