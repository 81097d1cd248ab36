import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../../../emulator/quirks.ts';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  OTHER_ACCOUNT_ID,
  permission,
  REGION,
  type RequestParams,
} from '../../../support/emulated-world.ts';

const TCP = { IpProtocol: 'TCP', PortRange: '8443/8443' };

/** Authorizes one rule and returns what is stored of it. */
function added(fields: RequestParams, quirks: Partial<Quirks> = {}, params?: RequestParams) {
  const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
  const result = world.call(
    'AuthorizeSecurityGroup',
    params ?? { SecurityGroupId: 'sg-web', ...permission(1, fields) },
  );
  expect(result).toEqual({ ok: true, answer: {} });
  return world.rules().at(-1);
}

describe('a rule is stored as Describe shows it', () => {
  const cases: ReadonlyArray<readonly [string, RequestParams, object]> = [
    [
      'defaults',
      { ...TCP, SourceCidrIp: '10.9.0.0/16' },
      {
        Policy: 'Accept',
        Priority: 1,
        NicType: 'intranet',
        Description: '',
        SourcePortRange: '',
        CreateTime: '2024-05-01T08:00:00Z',
        Direction: 'ingress',
      },
    ],
    [
      'lower-case protocol',
      { ...TCP, IpProtocol: 'udp', SourceCidrIp: '10.9.0.0/16' },
      { IpProtocol: 'UDP' },
    ],
    [
      'icmpv6',
      { IpProtocol: 'ICMPv6', PortRange: '-1/-1', Ipv6SourceCidrIp: '::/0' },
      { IpProtocol: 'ICMPV6', Ipv6SourceCidrIp: '::/0' },
    ],
    [
      'policy in lower case',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', Policy: 'drop', Priority: '100' },
      { Policy: 'Drop', Priority: 100 },
    ],
    [
      'ports with leading zeros',
      { ...TCP, PortRange: '080/0090', SourceCidrIp: '10.9.0.0/16' },
      { PortRange: '80/90' },
    ],
    ['host bits', { ...TCP, SourceCidrIp: '10.9.8.7/16' }, { SourceCidrIp: '10.9.0.0/16' }],
    ['bare IPv4', { ...TCP, SourceCidrIp: '10.9.8.7' }, { SourceCidrIp: '10.9.8.7' }],
    [
      'IPv6 compressed, host bits kept',
      { ...TCP, Ipv6SourceCidrIp: '2001:0DB8:0000:0015:0000:0000:1A2F:1A2B/64' },
      { Ipv6SourceCidrIp: '2001:db8:0:15::1a2f:1a2b/64' },
    ],
    [
      'own side',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', DestCidrIp: '10.1.2.3/32' },
      { DestCidrIp: '10.1.2.3/32' },
    ],
    [
      'block over group over list',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', SourceGroupId: 'sg-lb', SourcePrefixListId: 'pl-v4' },
      { SourceCidrIp: '10.9.0.0/16', SourceGroupId: '', SourcePrefixListId: '' },
    ],
    [
      'group over list',
      { ...TCP, SourceGroupId: 'sg-lb', SourcePrefixListId: 'pl-v4' },
      { SourceGroupId: 'sg-lb', SourceGroupOwnerAccount: '', SourcePrefixListId: '' },
    ],
    [
      'group of another account',
      { ...TCP, SourceGroupId: 'sg-other', SourceGroupOwnerId: OTHER_ACCOUNT_ID },
      { SourceGroupId: 'sg-other', SourceGroupOwnerAccount: OTHER_ACCOUNT_ID },
    ],
    [
      'group by login name',
      { ...TCP, SourceGroupId: 'sg-other', SourceGroupOwnerAccount: 'them@example.com' },
      { SourceGroupOwnerAccount: OTHER_ACCOUNT_ID },
    ],
    [
      'port range over port list',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', PortRangeListId: 'prl-nowhere' },
      { PortRange: '8443/8443', PortRangeListId: '' },
    ],
    [
      'port list',
      { IpProtocol: 'TCP', SourceCidrIp: '10.9.0.0/16', PortRangeListId: 'prl-app' },
      { PortRange: '', PortRangeListId: 'prl-app' },
    ],
    [
      '512 characters outside the basic plane',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', Description: '🧱'.repeat(512) },
      { Description: '🧱'.repeat(512) },
    ],
    [
      'longest description',
      { ...TCP, SourceCidrIp: '10.9.0.0/16', Description: '界'.repeat(512) },
      { Description: '界'.repeat(512) },
    ],
  ];
  it.each(cases)('a rule is stored as Describe shows it: %s', (_name, fields, expected) => {
    expect(added(fields)).toMatchObject(expected);
  });

  const quirkCases: ReadonlyArray<readonly [string, Partial<Quirks>, string, string]> = [
    ['ipv4HostBits=keep', { ipv4HostBits: 'keep' }, '10.9.8.7/16', '10.9.8.7/16'],
    ['bareIpv4=slash32', { bareIpv4: 'slash32' }, '10.9.8.7', '10.9.8.7/32'],
    ['/32 as given', {}, '10.9.8.7/32', '10.9.8.7/32'],
    ['/0', {}, '1.2.3.4/0', '0.0.0.0/0'],
  ];
  it.each(quirkCases)('a rule is stored as Describe shows it: %s', (_name, quirks, sent, stored) => {
    expect(added({ ...TCP, SourceCidrIp: sent }, quirks)).toMatchObject({ SourceCidrIp: stored });
  });

  it('masks IPv6 blocks of the flat form', () => {
    const params = { SecurityGroupId: 'sg-web', ...TCP, Ipv6SourceCidrIp: '2001:DB8::1/32' };
    expect(added({}, {}, params)).toMatchObject({ Ipv6SourceCidrIp: '2001:db8::/32' });
  });

  it('names the protocol of a number where numbers are allowed', () => {
    const world = new EmulatedWorld({
      securityGroups: [{ RegionId: 'ap-southeast-1', SecurityGroupId: 'sg-web' }],
    });
    const rules = {
      ...permission(1, { IpProtocol: '6', PortRange: '1/2', SourceCidrIp: '10.0.0.0/8' }),
      ...permission(2, { IpProtocol: '132', PortRange: '-1/-1', SourceCidrIp: '10.0.0.0/8' }),
    };
    world.call('AuthorizeSecurityGroup', { RegionId: 'ap-southeast-1', SecurityGroupId: 'sg-web', ...rules });
    expect(world.rules().map((rule) => rule.IpProtocol)).toEqual(['TCP', '132']);
  });

  it.each([
    [{ SourceCidrIp: '10.9.0.0/16' }, 'internet'],
    [{ SourceCidrIp: '10.9.0.0/16', NicType: 'intranet' }, 'intranet'],
    [{ SourceGroupId: 'sg-classic2' }, 'intranet'],
  ])('classic %j is %s', (fields, nicType) => {
    const world = new EmulatedWorld();
    world.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-classic',
      ...permission(1, { ...TCP, ...fields }),
    });
    expect(world.rules('sg-classic').at(-1)).toMatchObject({ NicType: nicType });
  });

  it('mirrors the sides for egress', () => {
    const world = new EmulatedWorld();
    const fields = { ...TCP, DestGroupId: 'sg-lb', SourceCidrIp: '10.1.0.0/16', SourcePortRange: '1/2' };
    world.call('AuthorizeSecurityGroupEgress', { SecurityGroupId: 'sg-web', ...permission(1, fields) });
    expect(world.rules().at(-1)).toMatchObject({
      Direction: 'egress',
      DestGroupId: 'sg-lb',
      SourceCidrIp: '10.1.0.0/16',
      SourcePortRange: '1/2',
    });
  });
});

describe('a rule that is there already', () => {
  const there = { IpProtocol: 'tcp', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
  const cases: ReadonlyArray<
    readonly [string, Partial<Quirks>, RequestParams, 'same' | 'added' | 'described']
  > = [
    ['is silently not added', {}, there, 'same'],
    ['keeps its description', {}, { ...there, Description: 'new' }, 'same'],
    ['is the same with host bits', {}, { ...there, SourceCidrIp: '10.1.1.1/8' }, 'same'],
    ['is the same with the nic type written out', {}, { ...there, NicType: 'intranet' }, 'same'],
    ['is another with another priority', {}, { ...there, Priority: '2' }, 'added'],
    ['is another with another policy', {}, { ...there, Policy: 'drop' }, 'added'],
    ['is another with source ports', {}, { ...there, SourcePortRange: '1/2' }, 'added'],
    ['is another with an own side', {}, { ...there, DestCidrIp: '10.1.0.0/16' }, 'added'],
    [
      'priorityInIdentity=false: priority does not tell rules apart',
      { priorityInIdentity: false },
      { ...there, Priority: '2' },
      'same',
    ],
    [
      'reauthorize=overwriteDescription',
      { reauthorize: 'overwriteDescription' },
      { ...there, Description: 'new' },
      'described',
    ],
    ['reauthorize=overwriteDescription without one', { reauthorize: 'overwriteDescription' }, there, 'same'],
  ];
  it.each(cases)('a rule that is there already: %s', (_name, quirks, fields, outcome) => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
    const before = world.rules();
    expect(
      world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, fields) }).ok,
    ).toBe(true);
    expect(world.state.version).toBe(outcome === 'same' ? 0 : 1);
    expect(world.rules()).toHaveLength(before.length + (outcome === 'added' ? 1 : 0));
    expect(world.rules()[0]).toEqual({ ...before[0], Description: outcome === 'described' ? 'new' : '' });
  });
});

it('takes source ports -1/-1 as none', () => {
  const world = new EmulatedWorld();
  const icmp = { IpProtocol: 'ICMP', PortRange: '-1/-1', SourceCidrIp: '10.0.0.0/8' };
  const authorize = (fields: RequestParams) =>
    world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, fields) });
  expect(authorize({ ...icmp, SourcePortRange: '-1/-1' }).ok).toBe(true);
  expect(world.rules().at(-1)).toMatchObject({ SourcePortRange: '-1/-1' });
  authorize(icmp);
  expect(world.state.version).toBe(1);
});

describe('a batch', () => {
  const entry = (n: number, fields: RequestParams = {}) =>
    permission(n, {
      IpProtocol: 'TCP',
      PortRange: `${String(n)}/${String(n)}`,
      SourceCidrIp: '10.9.0.0/16',
      ...fields,
    });

  it('takes 100 entries as one change', () => {
    const world = new EmulatedWorld();
    const before = world.rules().length;
    const hundred = Object.assign(
      {},
      ...Array.from({ length: 100 }, (_, n) => entry(n + 1)),
    ) as RequestParams;
    expect(world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...hundred }).ok).toBe(true);
    expect(world.rules()).toHaveLength(before + 100);
    expect(new Set(world.rules().map((rule) => rule.SecurityGroupRuleId)).size).toBe(before + 100);
    expect(world.state.version).toBe(1);
  });

  it('goes by the numbers, not by the order of the parameters', () => {
    const world = new EmulatedWorld();
    world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...entry(10), ...entry(9) });
    expect(
      world
        .rules()
        .slice(-2)
        .map((rule) => rule.PortRange),
    ).toEqual(['9/9', '10/10']);
  });

  it.each([
    ['malformed', { PortRange: 'x' }],
    ['of an unknown group', { SourceCidrIp: '', SourceGroupId: 'sg-nowhere' }],
  ])(
    'with an entry %s has no effect when atomic, and that of the entries before it when not',
    (_name, bad) => {
      for (const batchAtomic of [true, false]) {
        const world = new EmulatedWorld(ONE_OF_EVERYTHING, { batchAtomic });
        const before = world.rules();
        const params = { SecurityGroupId: 'sg-web', ...entry(1), ...entry(2, bad), ...entry(3) };
        expect(world.call('AuthorizeSecurityGroup', params).ok).toBe(false);
        const added = world.rules().slice(before.length);
        expect(added.map((rule) => rule.PortRange)).toEqual(batchAtomic ? [] : ['1/1']);
        expect(world.state.version).toBe(batchAtomic ? 0 : 1);
      }
    },
  );

  it('that was mangled into text is no batch', () => {
    const world = new EmulatedWorld();
    const result = world.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      'Permissions.1': '[object Object]',
    });
    expect(result).toMatchObject({ ok: false, code: 'OperationDenied' });
  });
});

describe('quotas', () => {
  const state = (Permissions: readonly object[]) => ({
    securityGroups: [
      { RegionId: REGION, SecurityGroupId: 'sg-web', Permissions },
      { RegionId: REGION, SecurityGroupId: 'sg-lb' },
    ],
    prefixLists: ONE_OF_EVERYTHING.prefixLists,
    portRangeLists: ONE_OF_EVERYTHING.portRangeLists,
  });
  const prefixRule = {
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: '1/1',
    SourcePrefixListId: 'pl-v4',
  };
  const bothLists = {
    Direction: 'egress',
    IpProtocol: 'TCP',
    PortRangeListId: 'prl-app',
    DestPrefixListId: 'pl-v4',
  };
  const cases: ReadonlyArray<readonly [string, readonly object[], number, boolean]> = [
    ['the last free place', [prefixRule], 6, true],
    ['a prefix list counts as its MaxEntries', [prefixRule], 5, false],
    ['two lists count as their product, in both directions', [bothLists], 15, false],
    ['one more than the product', [bothLists], 16, true],
  ];
  it.each(cases)('quotas: %s', (_name, rules, ruleQuota, fits) => {
    const world = new EmulatedWorld(state(rules), { ruleQuota });
    const params = { SecurityGroupId: 'sg-web', ...permission(1, { ...TCP, SourceCidrIp: '10.9.0.0/16' }) };
    const result = world.call('AuthorizeSecurityGroup', params);
    expect(result.ok || result.code).toBe(fits || 'AuthorizationLimitExceed');
  });

  it('does not refuse a rule that is there already', () => {
    const world = new EmulatedWorld(state([prefixRule]), { ruleQuota: 5 });
    const params = {
      SecurityGroupId: 'sg-web',
      ...permission(1, { IpProtocol: 'TCP', PortRange: '1/1', SourcePrefixListId: 'pl-v4' }),
    };
    expect(world.call('AuthorizeSecurityGroup', params).ok).toBe(true);
  });
});

it('reauthorize=overwriteDescription never empties a description', () => {
  const world = new EmulatedWorld(ONE_OF_EVERYTHING, { reauthorize: 'overwriteDescription' });
  const full = {
    IpProtocol: 'udp',
    PortRange: '53/53',
    SourcePortRange: '1024/65535',
    SourceCidrIp: '192.168.0.0/16',
    DestCidrIp: '10.1.0.0/16',
    Policy: 'drop',
    Priority: '7',
  };
  world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, full) });
  expect(world.state.version).toBe(0);
});

it('tells an ingress rule from the egress rule with the same two sides', () => {
  const world = new EmulatedWorld();
  const sides = { ...TCP, SourceCidrIp: '10.9.0.0/16', DestCidrIp: '10.1.0.0/16' };
  const before = world.rules().length;
  world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, sides) });
  world.call('AuthorizeSecurityGroupEgress', { SecurityGroupId: 'sg-web', ...permission(1, sides) });
  expect(world.rules()).toHaveLength(before + 2);
});

it('tells egress rules apart by their prefix list', () => {
  const world = new EmulatedWorld({
    ...ONE_OF_EVERYTHING,
    prefixLists: [...ONE_OF_EVERYTHING.prefixLists, { RegionId: REGION, PrefixListId: 'pl-more' }],
  });
  const lists = ['pl-v4', 'pl-more'].map((DestPrefixListId, index) =>
    permission(index + 1, { ...TCP, DestPrefixListId }),
  );
  const params = { SecurityGroupId: 'sg-web', ...lists[0], ...lists[1] };
  expect(world.call('AuthorizeSecurityGroupEgress', params).ok).toBe(true);
  expect(
    world
      .rules()
      .slice(-2)
      .map((rule) => rule.DestPrefixListId),
  ).toEqual(['pl-v4', 'pl-more']);
});

const twins: ReadonlyArray<readonly [string, object, RequestParams]> = [
  ['the default nic of a classic network', { SourceCidrIp: '10.9.0.0/16' }, { NicType: 'internet' }],
  ['the default nic of a group as peer', { SourceGroupId: 'sg-classic2' }, { NicType: 'intranet' }],
];
it.each(twins)('takes a left-out nic for %s when it looks for duplicates', (_name, peer, nic) => {
  const entry = { ...TCP, ...peer };
  const params = {
    SecurityGroupId: 'sg-classic',
    ...permission(1, entry),
    ...permission(2, { ...entry, ...nic }),
  };
  expect(new EmulatedWorld().call('AuthorizeSecurityGroup', params)).toMatchObject({
    code: 'InvalidParam.DuplicatePermissions',
  });
});

it('does not add beside a rule that a state file has in another form', () => {
  const file = {
    securityGroups: [
      {
        RegionId: REGION,
        SecurityGroupId: 'sg-web',
        Permissions: [
          { Direction: 'ingress', IpProtocol: 'tcp', PortRange: '1/2', SourceCidrIp: '10.1.2.3/8' },
        ],
      },
    ],
  };
  const world = new EmulatedWorld(file);
  const rule = { IpProtocol: 'TCP', PortRange: '1/2', SourceCidrIp: '10.1.2.3/8' };
  world.call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, rule) });
  expect(world.rules()).toHaveLength(1);
});

it('refuses the priority of old system rules', () => {
  const rule = { ...TCP, SourceCidrIp: '10.9.0.0/16', Priority: '110' };
  expect(
    new EmulatedWorld().call('AuthorizeSecurityGroup', { SecurityGroupId: 'sg-web', ...permission(1, rule) }),
  ).toMatchObject({ code: 'InvalidPriority.ValueNotSupported' });
});
