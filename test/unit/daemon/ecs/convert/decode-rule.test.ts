import { describe, expect, it } from 'vitest';
import { rulePageSchema } from '../../../../../daemon/ecs/convert/answer-schemas.ts';
import { consoleName, decodePermission } from '../../../../../daemon/ecs/convert/decode-rule.ts';
import type { DescribedRule } from '../../../../../reconciler/model/group.ts';
import { formatPeer } from '../../../../../reconciler/model/peer.ts';
import { ruleIdentity } from '../../../../../reconciler/model/rule.ts';
import { groupOf, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { formatPrefix } from '../../../../../reconciler/model/prefix.ts';

/** A plain rule as real answers show it: absent texts are "". */
const PLAIN = {
  SecurityGroupRuleId: 'sgr-1',
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '80/80',
  PortRangeListId: '',
  SourcePortRange: '',
  SourceCidrIp: '0.0.0.0/0',
  Ipv6SourceCidrIp: '',
  SourceGroupId: '',
  SourceGroupOwnerAccount: '',
  SourcePrefixListId: '',
  DestCidrIp: '',
  Ipv6DestCidrIp: '',
  DestGroupId: '',
  DestGroupOwnerAccount: '',
  DestPrefixListId: '',
  Policy: 'Accept',
  Priority: 1 as unknown,
  NicType: 'intranet',
  Description: '',
  CreateTime: '2018-12-12T07:28:38Z',
};
type Wire = Partial<Record<keyof typeof PLAIN, unknown>>;

/** Through the schema of a whole page, as in life. */
const parse = (permission: Wire) => {
  const page = rulePageSchema.parse({
    RequestId: 'R',
    SecurityGroupId: 'sg-1',
    Permissions: { Permission: [permission] },
  });
  return page.Permissions.Permission[0]!;
};

const read = (changes: Wire): DescribedRule => {
  const result = decodePermission(parse({ ...PLAIN, ...changes }), 'intranet');
  if (!result.ok) expect.fail(result.error.join('; '));
  return result.value;
};

const problemsOf = (changes: Wire): readonly string[] => {
  const result = decodePermission(parse({ ...PLAIN, ...changes }), 'intranet');
  return result.ok ? [] : result.error;
};

describe('a described rule with a field that is not known', () => {
  const parseAny = (more: object): DescribedRule => {
    const result = decodePermission(parse({ ...PLAIN, ...more }), 'intranet');
    if (!result.ok) expect.fail(result.error.join('; '));
    return result.value;
  };

  it('is no rule that a policy could declare, and says so', () => {
    const { rule } = parseAny({ TimeRange: '09:00-17:00', Zone: 7 });
    expect(rule.unknown).toBe('TimeRange=09:00-17:00 Zone=7');
    expect(ruleIdentity(rule)).not.toBe(ruleIdentity(parseAny({}).rule));
  });

  it.each([
    { TimeRange: '' },
    { TimeRange: null },
    { SourceGroupName: 'web', CreateTime: '2026-01-01T00:00:00Z' },
  ])('is as any other if the field says nothing: %j', (more) => {
    expect(parseAny(more)).toEqual(parseAny({}));
  });

  it('does not stand in for a declared rule: that is added, this one is removed, and one finding tells of it', () => {
    const { rule } = parseAny({ TimeRange: '09:00-17:00' });
    const declared = parseAny({}).rule;
    const plan = planFor(policyOf([declared]), groupOf([{ rule, id: 'sgr-1', selector: {} }]));
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['authorize', 'revoke']);
    expect(plan.findings).toMatchObject([
      {
        id: 'unknown-fields',
        severity: 'warning',
        message: expect.stringContaining('TimeRange=09:00-17:00') as unknown,
      },
    ]);
  });
});

describe('a described rule', () => {
  it('becomes the canonical rule with its id', () => {
    expect(read({})).toMatchObject({
      id: 'sgr-1',
      rule: {
        direction: 'ingress',
        protocol: 'tcp',
        ports: { kind: 'range', first: 80, last: 80 },
        sourcePorts: null,
        peer: { kind: 'ipv4', address: 0n, length: 0 },
        own: null,
        action: 'accept',
        priority: 1,
        nicType: 'intranet',
        description: null,
      },
    });
  });

  it('is read the same with fields absent, null or empty, and from an object without prototype', () => {
    const { rule } = read({});
    const filled = Object.entries(PLAIN).filter(([, value]) => value !== '');
    const nulls = Object.entries(PLAIN).map(([key, value]) => [key, value === '' ? null : value]);
    for (const entries of [filled, nulls]) {
      const bare = Object.assign(Object.create(null) as Wire, Object.fromEntries(entries) as Wire);
      expect(decodePermission(parse(bare), 'intranet')).toMatchObject({ ok: true, value: { rule } });
    }
  });

  it.each([
    ['TCP', 'tcp'],
    ['tcp', 'tcp'],
    ['6', 'tcp'],
    [6, 'tcp'],
    ['17', 'udp'],
  ])('protocol %j is %s', (IpProtocol, protocol) => {
    expect(read({ IpProtocol }).rule.protocol).toBe(protocol);
  });

  it.each([
    ['ICMP', 'icmp'],
    ['1', 'icmp'],
    ['GRE', 'gre'],
    ['All', 'all'],
    ['132', '132'],
    [0, '0'],
  ])('protocol %j without ports is %s', (IpProtocol, protocol) => {
    for (const PortRange of ['-1/-1', '']) {
      expect(read({ IpProtocol, PortRange }).rule).toMatchObject({ protocol, ports: { kind: 'none' } });
    }
  });

  it.each(['ICMPv6', 'icmpv6', 'ICMPV6', '58'])('protocol %s is icmpv6', (IpProtocol) => {
    const rule = read({ IpProtocol, PortRange: '-1/-1', SourceCidrIp: '', Ipv6SourceCidrIp: '::/0' }).rule;
    expect(rule.protocol).toBe('icmpv6');
  });

  it.each([
    ['Accept', 'accept'],
    ['accept', 'accept'],
    ['Drop', 'drop'],
    ['DROP', 'drop'],
  ])('policy %s is %s', (Policy, action) => {
    expect(read({ Policy }).rule.action).toBe(action);
  });

  it.each([
    [1, 1],
    ['1', 1],
    [100, 100],
    ['110', 110], // rules that the vendor made before May 2020
    [110, 110],
  ])('priority %j is %i', (Priority, priority) => {
    expect(read({ Priority }).rule.priority).toBe(priority);
  });

  it.each([
    ['', null],
    [undefined, null],
    ['-1/-1', null],
    ['1/65535', null],
    ['1024/65535', { first: 1024, last: 65535 }],
  ])('source ports %j are %j', (SourcePortRange, sourcePorts) => {
    expect(read({ SourcePortRange }).rule.sourcePorts).toEqual(sourcePorts);
  });

  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.7/32', '203.0.113.7/32'],
  ])('IPv4 peer %s is %s', (SourceCidrIp, peer) => {
    expect(formatPeer(read({ SourceCidrIp }).rule.peer)).toBe(peer);
  });

  it.each([
    ['::/0', '::/0'],
    ['2001:0DB8:0000::1A2B/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['2001:db8:3c4d:15::1a2f:1a2b/0', '::/0'],
    ['::ffff:192.0.2.1/128', '::ffff:c000:201/128'],
  ])('IPv6 peer %s is %s', (Ipv6SourceCidrIp, peer) => {
    expect(formatPeer(read({ SourceCidrIp: '', Ipv6SourceCidrIp }).rule.peer)).toBe(peer);
  });

  it.each([
    ['', null],
    ['1557809237701234', '1557809237701234'],
    [1557809237701, '1557809237701'],
    ['someone@example.com', 'someone@example.com'],
  ])('group peer of owner %j', (SourceGroupOwnerAccount, ownerId) => {
    const rule = read({ SourceCidrIp: '', SourceGroupId: 'sg-2', SourceGroupOwnerAccount }).rule;
    expect(rule.peer).toEqual({ kind: 'group', id: 'sg-2', ownerId });
  });

  it('takes prefix lists and port lists', () => {
    const rule = read({
      SourceCidrIp: '',
      SourcePrefixListId: 'pl-1',
      PortRange: '',
      PortRangeListId: 'prl-1',
    }).rule;
    expect(rule).toMatchObject({
      peer: { kind: 'prefixList', id: 'pl-1' },
      ports: { kind: 'list', id: 'prl-1' },
    });
  });

  it('of five parts has its own side, on egress the other way round', () => {
    const ingress = read({ DestCidrIp: '10.0.0.9/16', SourcePortRange: '1024/65535' }).rule;
    expect(ingress.own && formatPrefix(ingress.own)).toBe('10.0.0.0/16');
    const egress = read({ Direction: 'egress', SourceCidrIp: '10.0.0.9', DestCidrIp: '192.0.2.0/24' }).rule;
    expect(egress.own && formatPrefix(egress.own)).toBe('10.0.0.9/32');
    expect(formatPeer(egress.peer)).toBe('192.0.2.0/24');
  });

  it('without a NicType is of the kind that was asked for', () => {
    const result = decodePermission(parse({ ...PLAIN, NicType: '' }), 'internet');
    expect(result).toMatchObject({
      value: { rule: { nicType: 'internet' }, selector: { NicType: 'internet' } },
    });
  });

  it('keeps its description as it is', () => {
    expect(read({ Description: ' Büro, "HTTPS" ' }).rule.description).toBe(' Büro, "HTTPS" ');
  });

  it('keeps the vendor’s own texts as its selector, and neither description nor id', () => {
    expect(
      read({ SourceCidrIp: '10.1.2.3/8', Priority: '1', Description: 'x', Policy: 'Accept' }).selector,
    ).toEqual({
      IpProtocol: 'TCP',
      PortRange: '80/80',
      SourceCidrIp: '10.1.2.3/8',
      Policy: 'Accept',
      Priority: '1',
      NicType: 'intranet',
    });
  });
});

describe('a rule that cannot be understood', () => {
  it.each<[string, Wire, RegExp]>([
    ['unknown direction', { Direction: 'sideways' }, /Direction "sideways"/],
    ['unknown protocol', { IpProtocol: 'SCTP' }, /IpProtocol "SCTP"/],
    ['protocol number out of range', { IpProtocol: '256', PortRange: '' }, /IpProtocol "256"/],
    ['ports out of order', { PortRange: '90/80' }, /PortRange "90\/80"/],
    ['port 0', { PortRange: '0/65535' }, /PortRange/],
    ['TCP without ports', { PortRange: '-1/-1' }, /tcp needs ports/],
    ['ALL with ports', { IpProtocol: 'ALL' }, /all has no ports/],
    ['ports and a port list', { PortRangeListId: 'prl-1' }, /both PortRange/],
    ['bad source ports', { SourcePortRange: '0/0' }, /SourcePortRange/],
    ['no peer', { SourceCidrIp: '' }, /no peer/],
    ['two peers', { SourceGroupId: 'sg-2' }, /more than one peer: SourceCidrIp, SourceGroupId/],
    ['both families', { Ipv6SourceCidrIp: '::/0' }, /more than one peer/],
    ['IPv6 text in the IPv4 field', { SourceCidrIp: '::/0' }, /other address family/],
    ['bad address', { SourceCidrIp: '10.0.0.256' }, /not an IPv4 address/],
    ['bad prefix length', { SourceCidrIp: '10.0.0.0/33' }, /bad prefix length/],
    ['an own side that is a group', { DestGroupId: 'sg-3' }, /DestGroupId "sg-3" narrows/],
    ['an own side that is a list', { DestPrefixListId: 'pl-3' }, /DestPrefixListId "pl-3" narrows/],
    ['an own side of both families', { DestCidrIp: '10.0.0.0/8', Ipv6DestCidrIp: '::/0' }, /both DestCidrIp/],
    ['sides of different families', { Ipv6DestCidrIp: '::/0' }, /different families/],
    ['unknown policy', { Policy: 'allow' }, /Policy "allow"/],
    ['no priority', { Priority: '' }, /Priority ""/],
    ['priority of another kind', { Priority: '1.5' }, /Priority "1.5"/],
    ['priority 0', { Priority: 0 }, /priority 0/],
    ['unknown NicType', { NicType: 'virtual' }, /NicType "virtual"/],
  ])('a rule that cannot be understood: %s', (_name, changes, problem) => {
    expect(problemsOf(changes).join('; ')).toMatch(problem);
  });

  it('is told with all its problems at once', () => {
    expect(problemsOf({ IpProtocol: 'x', Policy: 'y', SourceCidrIp: 'z' })).toHaveLength(3);
  });

  it('is named so that a person finds it', () => {
    expect(consoleName(parse(PLAIN))).toBe('sgr-1 ingress Accept TCP 80/80 priority 1');
  });

  it.each([
    ['a list in place of a text', { Description: [] }],
    ['an object in place of a text', { SourceCidrIp: {} }],
  ])('%s is no answer at all', (_name, changes) => {
    expect(() => parse({ ...PLAIN, ...changes })).toThrow();
  });
});
