// One row for each rule that the vendor's parameter tables state (ModifySecurityGroupRule of 2019 and today's
// page); what only the policy language can get wrong has its rows beside the compiler.
import { describe, expect, it } from 'vitest';
import type { Peer } from '../../../../reconciler/model/peer.ts';
import { NO_PORTS, type Ports } from '../../../../reconciler/model/ports.ts';
import { parsePrefix, type Prefix } from '../../../../reconciler/model/prefix.ts';
import {
  compareRules,
  fieldText,
  makeRule,
  ruleContent,
  ruleIdentity,
  type Rule,
  type Side,
} from '../../../../reconciler/model/rule.ts';

function prefix(text: string): Prefix {
  const result = parsePrefix(text, 'refuse');
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const range = (first: number, last = first): Ports => ({ kind: 'range', first, last });
const GROUP: Peer = { kind: 'group', id: 'sg-bp1lb', ownerId: null };
const PREFIX_LIST: Peer = { kind: 'prefixList', id: 'pl-bp1cdn' };
const PORT_LIST: Ports = { kind: 'list', id: 'prl-bp1app' };
const V4 = prefix('203.0.113.0/24');
const V6 = prefix('2001:db8::/32');

const RULE: Rule = {
  direction: 'ingress',
  protocol: 'tcp',
  ports: range(443),
  sourcePorts: null,
  peer: V4,
  own: null,
  action: 'accept',
  priority: 1,
  nicType: 'intranet',
  description: 'HTTPS',
};

function problemsOf(fields: Partial<Rule>, side: Side = 'desired'): string[] {
  const result = makeRule({ ...RULE, ...fields }, side);
  return result.ok ? [] : result.error.map(({ field, code }) => `${field} ${code}`);
}

interface Row {
  readonly name: string;
  readonly fields: Partial<Rule>;
  readonly problems: readonly string[];
}

const ROWS: readonly Row[] = [
  // IpProtocol and PortRange
  { name: 'tcp with one port', fields: {}, problems: [] },
  { name: 'udp with a range', fields: { protocol: 'udp', ports: range(1, 65535) }, problems: [] },
  { name: 'tcp with a port list', fields: { ports: PORT_LIST }, problems: [] },
  { name: 'tcp without ports', fields: { ports: NO_PORTS }, problems: ['ports ports-missing'] },
  { name: 'icmp without ports', fields: { protocol: 'icmp', ports: NO_PORTS }, problems: [] },
  { name: 'icmp with ports', fields: { protocol: 'icmp' }, problems: ['ports ports-not-allowed'] },
  { name: 'gre without ports', fields: { protocol: 'gre', ports: NO_PORTS }, problems: [] },
  { name: 'gre with ports', fields: { protocol: 'gre' }, problems: ['ports ports-not-allowed'] },
  { name: 'all without ports', fields: { protocol: 'all', ports: NO_PORTS }, problems: [] },
  { name: 'all with ports', fields: { protocol: 'all' }, problems: ['ports ports-not-allowed'] },
  {
    name: 'all with a port list',
    fields: { protocol: 'all', ports: PORT_LIST },
    problems: ['ports ports-not-allowed'],
  },
  { name: 'icmpv6 to an IPv6 peer', fields: { protocol: 'icmpv6', ports: NO_PORTS, peer: V6 }, problems: [] },
  // SourcePortRange
  { name: 'tcp with source ports', fields: { sourcePorts: { first: 1024, last: 65535 } }, problems: [] },
  {
    name: 'icmp with source ports',
    fields: { protocol: 'icmp', ports: NO_PORTS, sourcePorts: { first: 1, last: 2 } },
    problems: ['sourcePorts source-ports-not-allowed'],
  },
  // Families
  {
    name: 'icmp from IPv6',
    fields: { protocol: 'icmp', ports: NO_PORTS, peer: V6 },
    problems: ['peer icmp-family'],
  },
  {
    name: 'icmpv6 from IPv4',
    fields: { protocol: 'icmpv6', ports: NO_PORTS },
    problems: ['peer icmp-family'],
  },
  {
    name: 'icmpv6 from a group to an IPv4 own side',
    fields: { protocol: 'icmpv6', ports: NO_PORTS, peer: GROUP, own: V4 },
    problems: ['own icmp-family'],
  },
  { name: 'an IPv4 peer and an IPv6 own side', fields: { own: V6 }, problems: ['own family-mixed'] },
  { name: 'a group and an own side', fields: { peer: GROUP, own: V6 }, problems: [] },
  { name: 'two sides of one family', fields: { own: prefix('10.1.0.0/16') }, problems: [] },
  { name: 'equal sides', fields: { own: V4 }, problems: ['own sides-equal'] },
  // Policy and Priority
  { name: 'drop', fields: { action: 'drop' }, problems: [] },
  { name: 'priority 100', fields: { priority: 100 }, problems: [] },
  { name: 'priority 0', fields: { priority: 0 }, problems: ['priority priority-range'] },
  { name: 'priority 101', fields: { priority: 101 }, problems: ['priority priority-range'] },
  { name: 'priority 1.5', fields: { priority: 1.5 }, problems: ['priority priority-range'] },
  { name: 'priority NaN', fields: { priority: Number.NaN }, problems: ['priority priority-range'] },
  // NicType
  { name: 'internet with an IPv4 address', fields: { nicType: 'internet' }, problems: [] },
  {
    name: 'internet with a group',
    fields: { nicType: 'internet', peer: GROUP },
    problems: ['nicType nic-type'],
  },
  { name: 'internet with IPv6', fields: { nicType: 'internet', peer: V6 }, problems: ['nicType nic-type'] },
  {
    name: 'internet with a prefix list',
    fields: { nicType: 'internet', peer: PREFIX_LIST },
    problems: ['nicType nic-type'],
  },
  {
    name: 'internet with a port list',
    fields: { nicType: 'internet', ports: PORT_LIST },
    problems: ['nicType nic-type'],
  },
  // Description: 1 to 512 characters, counted as characters
  { name: 'no description', fields: { description: null }, problems: [] },
  { name: 'an empty description', fields: { description: '' }, problems: ['description description-length'] },
  { name: '512 characters', fields: { description: 'd'.repeat(512) }, problems: [] },
  { name: '512 characters of two code units', fields: { description: '🔥'.repeat(512) }, problems: [] },
  {
    name: '513 characters',
    fields: { description: 'd'.repeat(513) },
    problems: ['description description-length'],
  },
  {
    name: 'half a character',
    fields: { description: '\ud83d' },
    problems: ['description description-length'],
  },
  // All at once
  {
    name: 'four mistakes',
    fields: { protocol: 'icmp', peer: V6, priority: 0, description: '' },
    problems: [
      'ports ports-not-allowed',
      'peer icmp-family',
      'priority priority-range',
      'description description-length',
    ],
  },
];

describe('makeRule for policies', () => {
  it.each(ROWS)('$name: $problems', ({ fields, problems }) => {
    expect(problemsOf(fields)).toEqual(problems);
  });

  it('answers a frozen rule', () => {
    const result = makeRule(RULE, 'desired');
    expect(result.ok && Object.isFrozen(result.value)).toBe(true);
  });

  it('says with every problem what to write instead', () => {
    const hints = ROWS.flatMap(({ fields }) => {
      const result = makeRule({ ...RULE, ...fields }, 'desired');
      return result.ok ? [] : result.error.map(({ hint }) => hint);
    });
    expect(hints.length).toBeGreaterThan(20);
    expect(hints.filter((hint) => hint === '')).toEqual([]);
  });
});

describe('makeRule for what the cloud shows', () => {
  it.each([
    ['the priority 110 of old system rules', { priority: 110 }, []],
    ['any description', { description: 'd'.repeat(600) }, []],
    ['an internet rule with a group', { nicType: 'internet', peer: GROUP }, []],
    ['equal sides', { own: V4 }, []],
    ['a numbered protocol', { protocol: '50', ports: NO_PORTS }, []],
    ['a priority that cannot be', { priority: 0 }, ['priority priority-range']],
    ['mixed families', { own: V6 }, ['own family-mixed']],
  ] as ReadonlyArray<readonly [string, Partial<Rule>, string[]]>)('takes %s', (_name, fields, problems) => {
    expect(problemsOf(fields, 'described')).toEqual(problems);
  });
});

describe('identity', () => {
  it.each([
    ['description', { description: 'other' }, true],
    ['action', { action: 'drop' }, false],
    ['priority', { priority: 2 }, false],
    ['ports', { ports: range(444) }, false],
    ['port list', { ports: PORT_LIST }, false],
    ['source ports', { sourcePorts: { first: 1, last: 2 } }, false],
    ['peer', { peer: GROUP }, false],
    ['own side', { own: prefix('10.0.0.0/8') }, false],
    ['protocol', { protocol: 'udp' }, false],
    ['direction', { direction: 'egress' }, false],
    ['nic type', { nicType: 'internet' }, false],
  ] as ReadonlyArray<readonly [string, Partial<Rule>, boolean]>)('%s kept: %s', (_field, fields, kept) => {
    expect(ruleIdentity({ ...RULE, ...fields }) === ruleIdentity(RULE)).toBe(kept);
    expect(ruleContent({ ...RULE, ...fields })).not.toBe(ruleContent(RULE));
  });

  it('shows every field as text', () => {
    expect(fieldText({ ...RULE, ports: PORT_LIST }, 'ports')).toBe('prl-bp1app');
    expect(fieldText({ ...RULE, own: V6 }, 'own')).toBe('2001:db8::/32');
    expect(fieldText({ ...RULE, sourcePorts: { first: 1, last: 2 } }, 'sourcePorts')).toBe('1/2');
    expect(fieldText(RULE, 'sourcePorts')).toBeNull();
  });
});

describe('compareRules', () => {
  it('orders by direction, precedence (drop before accept), protocol, ports and peer', () => {
    const ordered: Rule[] = [
      { ...RULE, action: 'drop' },
      { ...RULE, ports: range(80) },
      { ...RULE, ports: range(443) },
      { ...RULE, ports: range(443), peer: prefix('203.0.113.0/25') },
      { ...RULE, ports: range(443), peer: V6 },
      { ...RULE, ports: range(443), peer: GROUP },
      { ...RULE, ports: range(443), peer: PREFIX_LIST },
      { ...RULE, protocol: 'udp' },
      { ...RULE, priority: 2, action: 'drop' },
      { ...RULE, direction: 'egress' },
    ];
    expect(ordered.toReversed().sort(compareRules)).toEqual(ordered);
  });
});
