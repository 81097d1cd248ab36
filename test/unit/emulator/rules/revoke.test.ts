import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../../../emulator/quirks.ts';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  permission,
  REGION,
  type RequestParams,
} from '../../../support/emulated-world.ts';

const ids = (world: EmulatedWorld) => world.rules().map((rule) => rule.SecurityGroupRuleId);
const byIds = (...ruleIds: readonly string[]): RequestParams =>
  Object.fromEntries([
    ['SecurityGroupId', 'sg-web'],
    ...ruleIds.map((id, index) => [`SecurityGroupRuleId.${String(index + 1)}`, id] as const),
  ]);

describe('by ids', () => {
  it('removes the rules named, as one change', () => {
    const world = new EmulatedWorld();
    expect(world.call('RevokeSecurityGroup', byIds('sgr-v4', 'sgr-pl'))).toEqual({ ok: true, answer: {} });
    expect(ids(world)).toEqual(['sgr-v6', 'sgr-sg', 'sgr-prl', 'sgr-full', 'sgr-out']);
    expect(world.state.version).toBe(1);
  });

  const unknown: ReadonlyArray<readonly [string, Partial<Quirks>, boolean, readonly string[]]> = [
    ['fails without effect', {}, false, []],
    ['batchAtomic=false: the ids before it are gone', { batchAtomic: false }, false, ['sgr-v4']],
    [
      'revokeUnknownId=ignore: all others are gone',
      { revokeUnknownId: 'ignore' },
      true,
      ['sgr-v4', 'sgr-v6'],
    ],
  ];
  it.each(unknown)('with an unknown one %s', (_name, quirks, ok, gone) => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
    const before = ids(world);
    expect(world.call('RevokeSecurityGroup', byIds('sgr-v4', 'sgr-gone', 'sgr-v6')).ok).toBe(ok);
    expect(ids(world)).toEqual(before.filter((id) => !gone.includes(id)));
  });
});

describe('by fields', () => {
  const v4 = { IpProtocol: 'tcp', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
  const full = {
    IpProtocol: 'udp',
    PortRange: '53/53',
    SourcePortRange: '1024/65535',
    SourceCidrIp: '192.168.0.0/16',
    DestCidrIp: '10.1.0.0/16',
    Policy: 'drop',
    Priority: '7',
  };
  const cases: ReadonlyArray<readonly [string, RequestParams, Partial<Quirks>, string | undefined]> = [
    ['removes the rule that matches', v4, {}, 'sgr-v4'],
    ['matches host bits as they are stored', { ...v4, SourceCidrIp: '10.1.2.3/8' }, {}, 'sgr-v4'],
    ['matches a group', { IpProtocol: 'TCP', PortRange: '443/443', SourceGroupId: 'sg-lb' }, {}, 'sgr-sg'],
    [
      'matches a port list',
      { IpProtocol: 'TCP', PortRangeListId: 'prl-app', SourceCidrIp: '10.0.0.0/8' },
      {},
      'sgr-prl',
    ],
    ['matches every field', full, {}, 'sgr-full'],
    ['does not look at the description', { ...full, Description: 'other' }, {}, 'sgr-full'],
    ['takes a left-out policy as accept', { ...full, Policy: '' }, {}, undefined],
    ['takes a left-out priority as 1', { ...full, Priority: '' }, {}, undefined],
    [
      'priorityInIdentity=false: does not look at the priority',
      { ...full, Priority: '' },
      { priorityInIdentity: false },
      'sgr-full',
    ],
    ['takes left-out source ports as none', { ...full, SourcePortRange: '' }, {}, undefined],
    [
      'removes nothing, and says nothing, where nothing matches',
      { ...v4, PortRange: '81/81' },
      {},
      undefined,
    ],
  ];
  it.each(cases)('by fields: %s', (_name, fields, quirks, gone) => {
    const forms = 'PortRangeListId' in fields ? [permission(1, fields)] : [permission(1, fields), fields];
    for (const params of forms) {
      const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
      const before = ids(world);
      expect(world.call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...params })).toEqual({
        ok: true,
        answer: {},
      });
      expect(ids(world)).toEqual(before.filter((id) => id !== gone));
      expect(world.state.version).toBe(gone === undefined ? 0 : 1);
    }
  });

  it('removes egress rules only by the egress action', () => {
    const world = new EmulatedWorld();
    const fields = { IpProtocol: 'all', PortRange: '-1/-1', DestCidrIp: '0.0.0.0/0' };
    world.call('RevokeSecurityGroupEgress', { SecurityGroupId: 'sg-web', ...permission(1, fields) });
    expect(ids(world)).not.toContain('sgr-out');
  });
});

/** A cloud with one rule, written as a state file may have it. */
const holding = (rule: object) => ({
  securityGroups: [
    {
      RegionId: REGION,
      SecurityGroupId: 'sg-web',
      Permissions: [{ Direction: 'ingress', IpProtocol: 'TCP', PortRange: '80/80', ...rule }],
    },
  ],
});

describe('a rule in an odd form is removed by its fields', () => {
  const tcp = { IpProtocol: 'TCP', PortRange: '80/80' };
  const cases: ReadonlyArray<readonly [string, object, RequestParams, Partial<Quirks>]> = [
    ['a protocol in lower case', { IpProtocol: 'tcp', SourceCidrIp: '10.0.0.0/8' }, tcp, {}],
    ['a protocol number', { IpProtocol: '6', SourceCidrIp: '10.0.0.0/8' }, tcp, {}],
    ['host bits', { SourceCidrIp: '10.1.2.3/8' }, { ...tcp, SourceCidrIp: '10.1.2.3/8' }, {}],
    ['host bits, named without them', { SourceCidrIp: '10.1.2.3/8' }, tcp, {}],
    [
      'host bits, which the cloud keeps',
      { SourceCidrIp: '10.1.2.3/8' },
      { ...tcp, SourceCidrIp: '10.1.2.3/8' },
      { ipv4HostBits: 'keep' },
    ],
    [
      'host bits of the own side',
      { SourceCidrIp: '10.0.0.0/8', DestCidrIp: '172.16.1.1/12' },
      { ...tcp, DestCidrIp: '172.16.1.1/12' },
      {},
    ],
    [
      'a bare address',
      { SourceCidrIp: '10.1.2.3' },
      { ...tcp, SourceCidrIp: '10.1.2.3' },
      { bareIpv4: 'slash32' },
    ],
    [
      'IPv6 host bits',
      { Ipv6SourceCidrIp: '2001:DB8::1/32' },
      { ...tcp, SourceCidrIp: '', Ipv6SourceCidrIp: '2001:db8::1/32' },
      {},
    ],
    [
      'the priority of an old system rule',
      { SourceCidrIp: '10.0.0.0/8', Priority: 110 },
      { ...tcp, Priority: '110' },
      {},
    ],
  ];
  it.each(cases)('a rule in an odd form is removed by its fields: %s', (_name, rule, fields, quirks) => {
    const asked = { SourceCidrIp: '10.0.0.0/8', ...fields };
    for (const params of [permission(1, asked), asked]) {
      const world = new EmulatedWorld(holding(rule), quirks);
      const result = world.call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...params });
      expect([result, world.rules()]).toEqual([{ ok: true, answer: {} }, []]);
    }
  });

  it('but a block does not stand for another one that the cloud keeps apart', () => {
    const world = new EmulatedWorld(holding({ Ipv6SourceCidrIp: '2001:db8::1/32' }));
    const fields = { ...tcp, Ipv6SourceCidrIp: '2001:db8::/32' };
    world.call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, fields) });
    expect(world.rules()).toHaveLength(1);
  });

  it.each(['101', '109', '111'])('but no one has priority %s', (Priority) => {
    const fields = { ...tcp, SourceCidrIp: '10.0.0.0/8', Priority };
    const params = { SecurityGroupId: 'sg-web', ...permission(1, fields) };
    expect(new EmulatedWorld().call('RevokeSecurityGroup', params)).toMatchObject({
      code: 'InvalidPriority.ValueNotSupported',
    });
  });
});

it('removes several rules by their fields, each the one that matches', () => {
  const world = new EmulatedWorld();
  const params = {
    SecurityGroupId: 'sg-web',
    ...permission(1, { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' }),
    ...permission(2, { IpProtocol: 'TCP', PortRange: '443/443', SourcePrefixListId: 'pl-v4' }),
    ...permission(3, { IpProtocol: 'TCP', PortRangeListId: 'prl-app', SourceCidrIp: '10.0.0.0/8' }),
  };
  expect(world.call('RevokeSecurityGroup', params).ok).toBe(true);
  expect(ids(world)).toEqual(['sgr-v6', 'sgr-sg', 'sgr-full', 'sgr-out']);
});

it('knows no port list in the flat form', () => {
  const flat = { IpProtocol: 'TCP', PortRangeListId: 'prl-app', SourceCidrIp: '10.0.0.0/8' };
  for (const action of ['RevokeSecurityGroup', 'AuthorizeSecurityGroup']) {
    const result = new EmulatedWorld().call(action, { SecurityGroupId: 'sg-web', ...flat });
    expect(result).toMatchObject({ code: 'InvalidPortRange.Malformed' });
  }
});

describe('what is empty, or no id, is not given', () => {
  const cases: ReadonlyArray<readonly [string, RequestParams]> = [
    ['nothing', {}],
    ['an empty id', { 'SecurityGroupRuleId.1': '' }],
    ['a field of an id', { 'SecurityGroupRuleId.1.foo': 'x' }],
    ['an id without a number', { SecurityGroupRuleId: 'sgr-v4' }],
    ['number 0', { 'SecurityGroupRuleId.0': 'sgr-v4' }],
    ['an entry of empty fields', permission(1, { IpProtocol: '', SourceCidrIp: '' })],
  ];
  it.each(cases)('%s alone is refused as missing', (_name, params) => {
    const result = new EmulatedWorld().call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...params });
    expect(result).toMatchObject({ ok: false, code: 'InvalidIpProtocol.ValueNotSupported' });
  });

  it.each(cases)('%s beside an id changes nothing', (_name, params) => {
    const world = new EmulatedWorld();
    const result = world.call('RevokeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      'SecurityGroupRuleId.2': 'sgr-v6',
      ...params,
    });
    expect(result.ok).toBe(true);
    expect(ids(world)).not.toContain('sgr-v6');
    expect(ids(world)).toContain('sgr-v4');
  });
});

it.each([
  ['Permissions', permission(101, { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' })],
  ['SecurityGroupRuleId', { 'SecurityGroupRuleId.101': 'sgr-v4' }],
])('%s of a number over 100 is refused, also alone', (name, params) => {
  const result = new EmulatedWorld().call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...params });
  expect(result).toMatchObject({ ok: false, code: `InvalidParam.${name}` });
});
