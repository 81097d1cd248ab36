import { describe, expect, test } from 'vitest';
import { groupContext, type GroupContext } from '../../../../reconciler/exposure/engine/context.ts';
import { judgeGuardrail } from '../../../support/judge/judge-guardrail.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../../reconciler/judge/count/senders.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { prefix, rule } from '../../../support/rule-sets.ts';

const GROUP: GroupContext = {
  ...groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' }),
  prefixLists: new Map([['pl-all', { family: 'ipv4', entries: [prefix('0.0.0.0/0')] }]]),
  portLists: new Map([['prl-ssh', [{ first: 20, last: 23 }]]]),
};

const NO_SSH = guardrail({ services: ['tcp/22'], peers: ['internet'] });

function kindOf(rules: readonly Rule[], group: GroupContext = GROUP): string {
  const context = { group, privateNetworks: DEFAULT_PRIVATE_NETWORKS, nowMs: 0 };
  return judgeGuardrail(NO_SSH, rules, context).verdict.kind;
}

describe('tcp/22 from the internet is found, however it is written:', () => {
  test.each<[string, Rule[]]>([
    [
      'two halves of the address space',
      [rule({ ports: '22', peer: '0.0.0.0/1' }), rule({ ports: '22', peer: '128.0.0.0/1' })],
    ],
    ['a range of ports that holds 22', [rule({ ports: '20-25' })]],
    ['all ports', [rule({ ports: 'all' })]],
    ['all protocols', [rule({ protocol: 'all' })]],
    ['IPv6', [rule({ ports: '22', peer: '::/0' })]],
    ['the IPv6 addresses that are given out', [rule({ ports: '22', peer: '2000::/3' })]],
    ['a port list with 22 in it', [rule({ ports: 'prl-ssh' })]],
    ['a prefix list with everything in it', [rule({ ports: '22', peer: 'pl-all' })]],
    ['a wide prefix that is not /0', [rule({ ports: '22', peer: '128.0.0.0/2' })]],
    [
      'many prefixes of a /16 each',
      Array.from({ length: 3 }, (_, at) => rule({ ports: '22', peer: `8.${at}.0.0/16` })),
    ],
    ['a weak rule, where no drop is in its way', [rule({ ports: '22', priority: 100 })]],
    [
      'a drop of equal strength for some other addresses',
      [rule({ ports: '22' }), rule({ ports: '22', peer: '10.0.0.0/8', action: 'drop' })],
    ],
    [
      'source ports, as whoever connects chooses them',
      [rule({ ports: '22', sourcePorts: { first: 1024, last: 65535 } })],
    ],
    ['a single own address', [rule({ ports: '22', own: '10.1.2.3/32' })]],
  ])('%s', (_, rules) => {
    expect(kindOf(rules)).toBe('violated');
  });

  test('the card internet of a classic group', () => {
    expect(kindOf([rule({ ports: '22', nicType: 'internet' })], { ...GROUP, classic: true })).toBe(
      'violated',
    );
  });
});

describe('no alarm is raised for', () => {
  test.each<[string, Rule[]]>([
    ['a drop rule for 22', [rule({ ports: '22', action: 'drop' })]],
    [
      'an accept below a stronger drop',
      [rule({ ports: '22', priority: 1, action: 'drop' }), rule({ ports: '22', priority: 2 })],
    ],
    [
      'an accept beside an equally strong drop',
      [rule({ ports: '22', action: 'drop' }), rule({ ports: '22' })],
    ],
    ['GRE, whose ports read as all', [rule({ protocol: 'gre' })]],
    ['ICMP from everywhere', [rule({ protocol: 'icmp' })]],
    ['another port', [rule({ ports: '443' })]],
    [
      'private addresses',
      [rule({ ports: '22', peer: '10.0.0.0/8' }), rule({ ports: '22', peer: 'fc00::/7' })],
    ],
    ['an office', [rule({ ports: '22', peer: '203.0.113.0/24' })]],
    ['another group', [rule({ ports: '22', peer: 'sg-bastion' })]],
    ['what the group sends', [rule({ direction: 'egress', ports: '22' })]],
    [
      'all ports with one stronger drop of everything for 22',
      [rule({ ports: 'all', priority: 9 }), rule({ protocol: 'all', action: 'drop', priority: 3 })],
    ],
  ])('%s', (_, rules) => {
    expect(kindOf(rules)).toBe('satisfied');
  });
});

describe('a list that could not be read', () => {
  test('leaves it open whether a guardrail is kept, where it alone exposes', () => {
    expect(kindOf([rule({ ports: '22', peer: 'pl-unread' })])).toBe('unknown');
  });

  test('makes no difference where a drop and an accept name the same one', () => {
    const drop = rule({ ports: '22', peer: 'pl-unread', action: 'drop', priority: 1 });
    const accept = rule({ ports: '22', peer: 'pl-unread', priority: 2 });
    expect(kindOf([drop, accept])).toBe('satisfied');
  });

  test('makes no difference where all else is exposed anyway', () => {
    expect(kindOf([rule({ ports: '22', peer: 'pl-unread' }), rule({ ports: '22' })])).toBe('violated');
  });
});

test('from anywhere, tolerating nothing, forbids rules for groups too', () => {
  const strict = guardrail({ services: ['tcp/22'], peers: ['anywhere'] });
  const context = { group: GROUP, privateNetworks: DEFAULT_PRIVATE_NETWORKS, nowMs: 0 };
  const { verdict } = judgeGuardrail(strict, [rule({ ports: '22', peer: 'sg-bastion' })], context);
  expect(verdict).toMatchObject({
    kind: 'violated',
    excess: { countsGroups: true, example: { memberOf: ['sg-bastion'] } },
  });
});

test('egress of a basic group reaches the internet by default, of an advanced one it does not', () => {
  const noSmtp = guardrail({ direction: 'egress', services: ['tcp/25'], peers: ['internet'] });
  const verdictFor = (type: GroupContext['type']): string =>
    judgeGuardrail(noSmtp, [], { group: { ...GROUP, type }, privateNetworks: [], nowMs: 0 }).verdict.kind;
  expect([verdictFor('normal'), verdictFor('enterprise')]).toEqual(['violated', 'satisfied']);
});
