import { describe, expect, it } from 'vitest';
import type { IgnorePattern } from '../../../../../reconciler/model/group.ts';
import { isShaped, matchesIgnore } from '../../../../../reconciler/model/packets/ignore.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const source = { file: 'web.yaml', line: 1, column: 1 };
const node = rule({ ports: '30000-30010', peer: '10.1.0.0/16', description: 'acs/node' });
const TEN = { kind: 'ipv4', address: 10n << 24n, length: 8 } as const;

describe('an ignore pattern', () => {
  it.each<[string, Omit<IgnorePattern, 'source'>, Rule, boolean]>([
    ['a text that fits', { description: 'acs/*' }, node, true],
    ['a text that does not', { description: 'ops/*' }, node, false],
    ['any text, of a rule that has none', { description: '*' }, { ...node, description: null }, false],
    ['ports around those of the rule', { ports: [{ first: 30_000, last: 32_767 }] }, node, true],
    [
      'ports of which one range is around them',
      {
        ports: [
          { first: 1, last: 9 },
          { first: 30_000, last: 30_010 },
        ],
      },
      node,
      true,
    ],
    ['ports that end before those of the rule do', { ports: [{ first: 30_000, last: 30_009 }] }, node, false],
    ['ports, of a rule without', { ports: [{ first: 1, last: 65_535 }] }, rule({ protocol: 'icmp' }), false],
    [
      'ports, of a rule with a port list',
      { ports: [{ first: 1, last: 65_535 }] },
      rule({ ports: 'prl-a' }),
      false,
    ],
    [
      'every port, of a rule of all protocols',
      { ports: [{ first: 1, last: 65_535 }] },
      rule({ protocol: 'all' }),
      false,
    ],
    ['its protocol', { protocol: 'tcp' }, node, true],
    ['another protocol', { protocol: 'udp' }, node, false],
    ['any protocol', { protocol: 'all' }, node, true],
    ['tcp, of a rule of all protocols', { protocol: 'tcp' }, rule({ protocol: 'all' }), false],
    ['a prefix around its peer', { peers: [TEN] }, node, true],
    ['a prefix within its peer', { peers: [TEN] }, rule({ peer: '0.0.0.0/0' }), false],
    [
      'its group as the peer',
      { peers: [{ kind: 'group', id: 'sg-a', ownerId: null }] },
      rule({ peer: 'sg-a' }),
      true,
    ],
    [
      'another group as the peer',
      { peers: [{ kind: 'group', id: 'sg-a', ownerId: null }] },
      rule({ peer: 'sg-b' }),
      false,
    ],
    ['another action', { action: 'drop' }, node, false],
    ['another priority', { priority: 2 }, node, false],
    ['another direction', { direction: 'egress' }, node, false],
    [
      'all fields but one',
      { description: 'acs/*', protocol: 'tcp', peers: [TEN], priority: 100 },
      node,
      false,
    ],
    [
      'all fields',
      { description: 'acs/*', protocol: 'tcp', peers: [TEN], action: 'accept', priority: 1 },
      node,
      true,
    ],
  ])('that names %s fits: case %#', (_, fields, described, fits) => {
    expect(matchesIgnore({ ...fields, source }, described)).toBe(fits);
  });

  it.each<[Omit<IgnorePattern, 'source'>, boolean]>([
    [{ description: 'acs/*' }, false],
    [{ description: 'acs/*', action: 'accept', priority: 1, direction: 'ingress' }, false],
    [{ description: 'acs/*', protocol: 'tcp' }, true],
    [{ description: 'acs/*', protocol: 'all' }, false],
    [{ description: 'acs/*', protocol: 'all', peers: [prefix('0.0.0.0/0'), TEN] }, false],
    [{ description: 'acs/*', protocol: 'all', peers: [TEN] }, true],
    [{ protocol: 'all' }, true],
    [{ ports: [{ first: 1, last: 2 }] }, true],
    [{ peers: [TEN] }, true],
  ])('says which traffic it is about, or not: case %#', (fields, shaped) => {
    expect(isShaped({ ...fields, source })).toBe(shaped);
  });
});
