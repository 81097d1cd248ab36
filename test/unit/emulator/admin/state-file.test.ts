import { describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT_ID } from '../../../../emulator/gateway/credentials.ts';
import { InputError } from '../../../../emulator/admin/input.ts';
import { dumpState, emptyState, parseState } from '../../../../emulator/admin/state-file.ts';
import { EmulatedWorld, ONE_OF_EVERYTHING, permission } from '../../../support/emulated-world.ts';

const group = (more: object = {}) => ({ RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-web', ...more });
const rule = (more: object = {}) => ({
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '80/80',
  SourceCidrIp: '10.0.0.0/8',
  ...more,
});
const rulesOf = (...rules: readonly object[]) =>
  parseState({ securityGroups: [group({ Permissions: rules })] }).securityGroups[0]?.Permissions ?? [];

describe('what a file leaves out', () => {
  it('an empty file is the empty state', () => {
    expect(parseState({})).toEqual(emptyState());
  });

  it('of a group', () => {
    expect(parseState({ securityGroups: [group()] }).securityGroups).toEqual([
      {
        RegionId: 'cn-hangzhou',
        SecurityGroupId: 'sg-web',
        SecurityGroupName: 'sg-web',
        Description: '',
        VpcId: 'vpc-emulator',
        SecurityGroupType: 'normal',
        InnerAccessPolicy: 'Accept',
        ServiceManaged: false,
        ResourceGroupId: '',
        CreationTime: '2020-01-01T00:00:00Z',
        OwnerId: DEFAULT_ACCOUNT_ID,
        Tags: [],
        Members: [],
        Permissions: [],
      },
    ]);
    expect(
      parseState({ securityGroups: [group({ SecurityGroupType: 'enterprise' })] }).securityGroups[0],
    ).toMatchObject({ InnerAccessPolicy: 'Drop' });
  });

  it('of a rule; its id is made of its place', () => {
    const [, second] = rulesOf(rule(), { Direction: 'egress', IpProtocol: 'ICMP', DestCidrIp: '0.0.0.0/0' });
    expect(second).toEqual({
      SecurityGroupRuleId: 'sgr-web-2',
      Direction: 'egress',
      IpProtocol: 'ICMP',
      PortRange: '-1/-1',
      PortRangeListId: '',
      SourcePortRange: '',
      SourceCidrIp: '',
      Ipv6SourceCidrIp: '',
      SourceGroupId: '',
      SourceGroupOwnerAccount: '',
      SourcePrefixListId: '',
      DestCidrIp: '0.0.0.0/0',
      Ipv6DestCidrIp: '',
      DestGroupId: '',
      DestGroupOwnerAccount: '',
      DestPrefixListId: '',
      Policy: 'Accept',
      Priority: 1,
      NicType: 'intranet',
      Description: '',
      CreateTime: '2020-01-01T00:00:00Z',
    });
  });

  it('of rules among others that have ids: none comes twice', () => {
    const named = (id: string, port: string) => ({ ...rule(), SecurityGroupRuleId: id, PortRange: port });
    const rules = rulesOf(
      named('sgr-web-2', '1/1'),
      { ...rule(), PortRange: '2/2' },
      named('sgr-web-3', '3/3'),
    );
    expect(rules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId)).toEqual([
      'sgr-web-2',
      'sgr-web-4',
      'sgr-web-3',
    ]);
  });

  it('of a list', () => {
    const state = parseState({
      prefixLists: [{ RegionId: 'cn-hangzhou', PrefixListId: 'pl-1', Entries: [{ Cidr: '10.0.0.1' }] }],
      portRangeLists: [
        {
          RegionId: 'cn-hangzhou',
          PortRangeListId: 'prl-1',
          Entries: [{ PortRange: '1/2' }, { PortRange: '3/4' }],
        },
      ],
    });
    expect(state.prefixLists[0]).toMatchObject({
      PrefixListName: 'pl-1',
      AddressFamily: 'IPv4',
      MaxEntries: 1,
      Entries: [{ Cidr: '10.0.0.1/32', Description: '' }],
    });
    expect(state.portRangeLists[0]).toMatchObject({ PortRangeListName: 'prl-1', MaxEntries: 2 });
  });
});

describe('what a file may say', () => {
  it.each<[string, object, object]>([
    ['the priority of an old system rule', { Priority: 110 }, { Priority: 110 }],
    ['a priority as text', { Priority: '7' }, { Priority: 7 }],
    ['host bits', { SourceCidrIp: '10.1.2.3/8' }, { SourceCidrIp: '10.1.2.3/8' }],
    ['a protocol in lower case', { IpProtocol: 'tcp' }, { IpProtocol: 'tcp' }],
    [
      'the names of an answer, which are looked up anyway',
      { SourceGroupName: '', PortRangeListName: 'x' },
      { SourceCidrIp: '10.0.0.0/8' },
    ],
    ['source ports of -1/-1', { SourcePortRange: '-1/-1' }, { SourcePortRange: '-1/-1' }],
  ])('what a file may say: %s', (_name, more, expected) => {
    expect(rulesOf(rule(more))[0]).toMatchObject(expected);
  });

  it('twins that a quirk keeps apart', () => {
    const twins = [rule(), rule({ Priority: 2 }), rule({ SourceCidrIp: '10.0.0.1/8' })];
    expect(rulesOf(...twins)).toHaveLength(3);
    const addresses = ['2001:db8::1/32', '2001:db8::2/32', '2001:db8::'];
    const ipv6 = addresses.map((Ipv6SourceCidrIp) => rule({ SourceCidrIp: '', Ipv6SourceCidrIp }));
    expect(rulesOf(...ipv6)).toHaveLength(3);
  });

  it('a classic group, whose rules are of the internet by default', () => {
    expect(
      parseState({ securityGroups: [group({ VpcId: '', Permissions: [rule()] })] }).securityGroups[0]
        ?.Permissions[0],
    ).toMatchObject({ NicType: 'internet' });
  });
});

describe('what a file may not say', () => {
  const inRule = (more: object) => ({ securityGroups: [group({ Permissions: [rule(more)] })] });
  it.each<[string, unknown, string]>([
    [
      'unknown key of the file',
      { groups: [] },
      'state: Unrecognized key: "groups" (write securityGroups). docs/emulator.md',
    ],
    ['a key in another case', { securityGroups: [group({ vpcId: '' })] }, 'key: "vpcId" (write VpcId)'],
    ['a word of policies', inRule({ ports: '443' }), '"ports" (write PortRange, such as "443/443")'],
    [
      'a rule without protocol',
      inRule({ IpProtocol: undefined }),
      'Permissions.0.IpProtocol: must be TCP, UDP, ICMP, ICMPv6, GRE, ALL or a number',
    ],
    ['a rule without peer', inRule({ Direction: undefined, SourceCidrIp: '' }), 'write a peer: SourceCidrIp'],
    [
      'two sides and no direction',
      inRule({ Direction: undefined, DestCidrIp: '10.1.0.0/16' }),
      'Permissions.0: needs a Direction: write ingress or egress, because the rule has both sides',
    ],
    [
      'one port alone',
      inRule({ PortRange: '443' }),
      'the first port first, or -1/-1 where there are none, not "443"',
    ],
    [
      'unknown key of a group',
      { securityGroups: [group({ Vpc: '' })] },
      'securityGroups.0: Unrecognized key: "Vpc"',
    ],
    [
      'unknown key of a rule',
      inRule({ portRange: '1/1' }),
      'securityGroups.0.Permissions.0: Unrecognized key: "portRange"',
    ],
    ['bad region', { securityGroups: [group({ RegionId: 'here' })] }, 'securityGroups.0.RegionId'],
    [
      'bad group id',
      { securityGroups: [group({ SecurityGroupId: 'web' })] },
      'securityGroups.0.SecurityGroupId: must be an id such as sg-bp1web, not "web"',
    ],
    ['bad time', { securityGroups: [group({ CreationTime: 'today' })] }, 'securityGroups.0.CreationTime'],
    ['bad policy', inRule({ Policy: 'allow' }), 'securityGroups.0.Permissions.0.Policy'],
    ['bad priority', inRule({ Priority: 111 }), 'securityGroups.0.Permissions.0.Priority'],
    ['bad protocol', inRule({ IpProtocol: 'sctp' }), 'securityGroups.0.Permissions.0.IpProtocol'],
    [
      'ports out of order',
      inRule({ PortRange: '90/80' }),
      'securityGroups.0.Permissions.0.PortRange: must be ports within 1/65535',
    ],
    ['ports over the last one', inRule({ PortRange: '1/65536' }), 'Permissions.0.PortRange: must be ports'],
    ['ports in no form of the cloud', inRule({ PortRange: '080/080' }), 'Permissions.0.PortRange: must be'],
    ['no ports for TCP', inRule({ PortRange: '-1/-1' }), 'TCP needs ports within 1/65535'],
    [
      'source ports over the last one',
      inRule({ SourcePortRange: '99999/0' }),
      'Permissions.0.SourcePortRange: must be ports',
    ],
    [
      'source ports without ports',
      inRule({ IpProtocol: 'GRE', PortRange: '-1/-1', SourcePortRange: '1/2' }),
      'GRE has no ports',
    ],
    ['a protocol number over 255', inRule({ IpProtocol: '256' }), 'or a number from 0 to 255'],
    ['a priority that is no number', inRule({ Priority: true }), 'Permissions.0.Priority: must be a number'],
    ['a priority of a fraction', inRule({ Priority: '1.5' }), 'must be a number from 1 to 100, or 110'],
    ['a priority between 100 and 110', inRule({ Priority: 101 }), 'must be a number from 1 to 100, or 110'],
    [
      'an own side of the other family',
      inRule({ Ipv6DestCidrIp: '::/0' }),
      'IPv4 and IPv6 cannot stand in one rule: write two',
    ],
    [
      'ICMP for IPv6',
      inRule({ IpProtocol: 'icmp', PortRange: '-1/-1', SourceCidrIp: '', Ipv6SourceCidrIp: '::/0' }),
      'with IPv6 write ICMPv6',
    ],
    ['ICMPv6 for IPv4', inRule({ IpProtocol: 'icmpv6', PortRange: '-1/-1' }), 'with IPv4 write ICMP'],
    [
      'an enterprise group whose members may all talk',
      { securityGroups: [group({ SecurityGroupType: 'enterprise', InnerAccessPolicy: 'Accept' })] },
      'securityGroups.0.InnerAccessPolicy: must be Drop in an enterprise group',
    ],
    [
      'an enterprise group with a group as peer',
      {
        securityGroups: [
          group({
            SecurityGroupType: 'enterprise',
            Permissions: [rule({ SourceCidrIp: '', SourceGroupId: 'sg-lb' })],
          }),
        ],
      },
      'securityGroups.0.Permissions.0.SourceGroupId: rules of an enterprise group name blocks or prefix lists',
    ],
    [
      'a group as its own peer',
      inRule({ Direction: 'egress', SourceCidrIp: '', DestGroupId: 'sg-web' }),
      'securityGroups.0.Permissions.0.DestGroupId: must be another group',
    ],
    [
      'the same rule twice',
      { securityGroups: [group({ Permissions: [rule(), rule({ IpProtocol: 'tcp', Description: 'x' })] })] },
      'securityGroups.0.Permissions.1: is the same rule as Permissions.0; leave one out',
    ],
    [
      'the same block twice',
      {
        prefixLists: [
          {
            RegionId: 'cn-hangzhou',
            PrefixListId: 'pl-1',
            Entries: [{ Cidr: '10.0.0.1' }, { Cidr: '10.0.0.1/32' }],
          },
        ],
      },
      'prefixLists.0.Entries.1.Cidr: the entry 10.0.0.1/32 repeats',
    ],
    [
      'the same ports twice',
      {
        portRangeLists: [
          {
            RegionId: 'cn-hangzhou',
            PortRangeListId: 'prl-1',
            Entries: [{ PortRange: '1/1' }, { PortRange: '1/1' }],
          },
        ],
      },
      'portRangeLists.0.Entries.1.PortRange: the entry 1/1 repeats',
    ],
    [
      'bad ports of a list',
      {
        portRangeLists: [
          { RegionId: 'cn-hangzhou', PortRangeListId: 'prl-1', Entries: [{ PortRange: '-1/-1' }] },
        ],
      },
      'portRangeLists.0.Entries.0.PortRange: must be ports within 1/65535',
    ],
    ['ports without ports', inRule({ IpProtocol: 'GRE' }), 'GRE has no ports'],
    ['both kinds of ports', inRule({ PortRangeListId: 'prl-1' }), 'must have PortRange or PortRangeListId'],
    [
      'bad block',
      inRule({ SourceCidrIp: '10.0.0.0/33' }),
      'securityGroups.0.Permissions.0.SourceCidrIp: must be an IPv4 block',
    ],
    [
      'two peers',
      inRule({ SourceGroupId: 'sg-lb' }),
      'must have exactly one of SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId, SourcePrefixListId',
    ],
    [
      'a group on the own side',
      inRule({ DestGroupId: 'sg-lb' }),
      'DestGroupId does not belong to an ingress rule',
    ],
    [
      'an entry with host bits',
      { prefixLists: [{ RegionId: 'cn-hangzhou', PrefixListId: 'pl-1', Entries: [{ Cidr: '10.0.0.1/8' }] }] },
      'prefixLists.0.Entries.0.Cidr: must be an IPv4 block without host bits',
    ],
    [
      'more entries than room',
      {
        portRangeLists: [
          {
            RegionId: 'cn-hangzhou',
            PortRangeListId: 'prl-1',
            MaxEntries: 1,
            Entries: [{ PortRange: '1/1' }, { PortRange: '2/2' }],
          },
        ],
      },
      'portRangeLists.0.MaxEntries: is less than the 2 entries',
    ],
    [
      'an id twice',
      { securityGroups: [group(), group()] },
      'securityGroups.1.SecurityGroupId: the id sg-web is that of securityGroups.0 already: write another, or none',
    ],
    [
      'a rule id twice',
      {
        securityGroups: [
          group({
            Permissions: [1, 2].map((Priority) => rule({ SecurityGroupRuleId: 'sgr-web-2', Priority })),
          }),
        ],
      },
      'securityGroups.0.Permissions.1.SecurityGroupRuleId: the id sgr-web-2 is that of securityGroups.0.Permissions.0',
    ],
    [
      'a rule id in two groups',
      {
        securityGroups: ['sg-web', 'sg-db'].map((SecurityGroupId) =>
          group({ SecurityGroupId, Permissions: [rule({ SecurityGroupRuleId: 'sgr-x' })] }),
        ),
      },
      'securityGroups.1.Permissions.0.SecurityGroupRuleId: the id sgr-x is that of securityGroups.0.Permissions.0',
    ],
  ])('%s', (_name, file, problem) => {
    expect(() => parseState(file)).toThrow(InputError);
    expect(() => parseState(file)).toThrow(problem);
  });

  it('is told all at once', () => {
    const file = {
      securityGroups: [
        group({ OwnerId: 'me', Permissions: [rule({ Policy: 'allow' }), rule({ Priority: 0 })] }),
      ],
    };
    expect(() => parseState(file)).toThrow(/OwnerId.*Permissions\.0\.Policy.*Permissions\.1\.Priority/s);
  });
});

describe('dumpState', () => {
  it('makes the file of a state, through JSON, after changes too', () => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, { ipv4HostBits: 'keep' });
    const created = [
      world.call('AuthorizeSecurityGroup', {
        SecurityGroupId: 'sg-web',
        ...permission(1, { IpProtocol: 'icmpv6', PortRange: '-1/-1', Ipv6SourceCidrIp: '2001:db8::1/32' }),
      }),
      world.call('AuthorizeSecurityGroup', {
        SecurityGroupId: 'sg-classic',
        ...permission(1, {
          IpProtocol: 'tcp',
          PortRange: '1/2',
          SourceCidrIp: '10.0.0.1/8',
          SourcePortRange: '1/2',
        }),
      }),
      world.call('CreatePrefixList', {
        PrefixListName: 'new',
        AddressFamily: 'IPv6',
        MaxEntries: '2',
        'Entry.1.Cidr': '::1',
      }),
      world.call('CreatePortRangeList', { PortRangeListName: 'new', MaxEntries: '2' }),
      world.call('CreateSecurityGroup', { VpcId: 'vpc-1' }),
    ];
    expect(created.every((result) => result.ok)).toBe(true);
    const file: unknown = JSON.parse(JSON.stringify(dumpState(world.state)));
    expect(parseState(file)).toEqual({ ...world.state, version: 0, past: [] });
  });
});
