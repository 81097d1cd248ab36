// apiLevel=legacy2019: the page ModifySecurityGroupRule of 2019 and what surrounded it.
import { describe, expect, it } from 'vitest';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  permission,
  type RequestParams,
} from '../../../support/emulated-world.ts';

const legacy = (more: object = {}) =>
  new EmulatedWorld(ONE_OF_EVERYTHING, { apiLevel: 'legacy2019', ...more });
const rule = { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
const modify = (world: EmulatedWorld, fields: RequestParams) =>
  world.call('ModifySecurityGroupRule', { SecurityGroupId: 'sg-web', ...fields });

describe('the error table of the page, word for word', () => {
  const table: ReadonlyArray<readonly [number, string, string, RequestParams]> = [
    [
      404,
      'InvalidSecurityGroupId.NotFound',
      'The specified SecurityGroupId does not exist.',
      { ...rule, SecurityGroupId: 'sg-nowhere' },
    ],
    [
      400,
      'OperationDenied',
      'The specified IpProtocol does not exist or IpProtocol and PortRange do not match.',
      { ...rule, PortRange: '-1/-1' },
    ],
    [
      400,
      'InvalidIpProtocol.Malformed',
      'The specified parameter "PortRange" is not valid.',
      { ...rule, PortRange: '90/80' },
    ],
    [
      403,
      'MissingParameter',
      'The input parameter "SourceGroupId" or "SourceCidrIp" cannot be both blank.',
      { ...rule, SourceCidrIp: '' },
    ],
    [
      400,
      'InvalidPolicy.Malformed',
      'The specified parameter "Policy" is not valid.',
      { ...rule, Policy: 'allow' },
    ],
    [
      400,
      'InvalidNicType.Mismatch',
      'Specified nic type conflicts with the authorization record.',
      { ...rule, PortRange: '22/22', SecurityGroupId: 'sg-classic', NicType: 'intranet' },
    ],
    [
      403,
      'InvalidParamter.Conflict',
      'The specified SecurityGroupId should be different from the SourceGroupId.',
      { ...rule, SourceCidrIp: '', SourceGroupId: 'sg-web' },
    ],
    [400, 'InvalidPriority.Malformed', 'The parameter Priority is invalid.', { ...rule, Priority: '1.5' }],
    [
      400,
      'InvalidPriority.ValueNotSupported',
      'The parameter Priority is invalid.',
      { ...rule, Priority: '101' },
    ],
    [
      400,
      'InvalidSecurityGroupDiscription.Malformed',
      'The specified security group rule description is not valid.',
      { ...rule, Description: 'x'.repeat(513) },
    ],
    [
      404,
      'SecurityGroupRule.NotFound',
      'The target security group rule not exist.',
      { ...rule, PortRange: '81/81' },
    ],
    [
      400,
      'InvalidParam.PortRange',
      'Please specify the PortRange or SourcePortRange in integer, less than 65535, and separate the range with ? /?.',
      { ...rule, PortRange: '80' },
    ],
    [
      400,
      'InvalidIpProtocol.ValueNotSupported',
      'The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.',
      { ...rule, IpProtocol: 'sctp' },
    ],
  ];
  it.each(table)('the error table of the page, word for word: %i %s', (status, code, message, fields) => {
    expect(modify(legacy(), fields)).toEqual({ ok: false, status, code, message });
  });

  const bare: ReadonlyArray<readonly [string, RequestParams]> = [
    ['InvalidParam.SourceIp', { ...rule, SourceCidrIp: '10.0.0' }],
    ['InvalidParam.DestIp', { ...rule, DestCidrIp: '10.0.0' }],
    ['InvalidParam.Ipv6DestCidrIp', { ...rule, Ipv6DestCidrIp: 'x' }],
    ['InvalidParam.Ipv6SourceCidrIp', { ...rule, SourceCidrIp: '', Ipv6SourceCidrIp: 'x' }],
    [
      'InvalidParam.Ipv4ProtocolConflictWithIpv6Address',
      { IpProtocol: 'icmp', PortRange: '-1/-1', Ipv6SourceCidrIp: '::/0' },
    ],
    [
      'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
      { ...rule, IpProtocol: 'icmpv6', PortRange: '-1/-1' },
    ],
    ['ILLEGAL_IPV6_CIDR', { ...rule, SourceCidrIp: '', Ipv6SourceCidrIp: '::/200' }],
  ];
  it.each(bare)('%s, whose text the page leaves open', (code, fields) => {
    expect(modify(legacy(), fields)).toMatchObject({ ok: false, status: 400, code });
  });
});

it('Describe shows the whole group in one answer, without ids and lists', () => {
  const many = Array.from({ length: 600 }, (_, n) => ({
    Direction: 'ingress',
    IpProtocol: 'TCP',
    PortRange: `${String(n + 1)}/${String(n + 1)}`,
    SourceCidrIp: '10.0.0.0/8',
  }));
  const world = new EmulatedWorld(
    { securityGroups: [{ RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-web', Permissions: many }] },
    { apiLevel: 'legacy2019' },
  );
  const result = world.call('DescribeSecurityGroupAttribute', {
    SecurityGroupId: 'sg-web',
    MaxResults: '10',
  });
  const answer = (result.ok ? result.answer : {}) as { Permissions: { Permission: object[] } };
  expect(answer).not.toHaveProperty('NextToken');
  expect(answer.Permissions.Permission).toHaveLength(600);
  expect(Object.keys(answer.Permissions.Permission[0] ?? {}).sort()).toEqual([
    'CreateTime',
    'Description',
    'DestCidrIp',
    'DestGroupId',
    'DestGroupName',
    'DestGroupOwnerAccount',
    'Direction',
    'IpProtocol',
    'Ipv6DestCidrIp',
    'Ipv6SourceCidrIp',
    'NicType',
    'Policy',
    'PortRange',
    'Priority',
    'SourceCidrIp',
    'SourceGroupId',
    'SourceGroupName',
    'SourceGroupOwnerAccount',
    'SourcePortRange',
  ]);
});

describe('parameters of later years are ignored', () => {
  it.each(['AuthorizeSecurityGroup', 'RevokeSecurityGroup'])(
    '%s takes the flat rule and no Permissions',
    (action) => {
      const world = legacy();
      expect(world.call(action, { SecurityGroupId: 'sg-web', ...permission(1, rule) }).ok).toBe(false);
      const before = world.rules().length;
      const params = {
        SecurityGroupId: 'sg-web',
        ...rule,
        PortRange: action.startsWith('A') ? '81/81' : '80/80',
        ...permission(1, { ...rule, PortRange: '443/443' }),
      };
      expect(world.call(action, params).ok).toBe(true);
      expect(world.rules()).toHaveLength(before + (action.startsWith('A') ? 1 : -1));
    },
  );

  it('rule ids select nothing', () => {
    const world = legacy();
    expect(
      world.call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', 'SecurityGroupRuleId.1': 'sgr-v4' }).ok,
    ).toBe(false);
    expect(modify(world, { SecurityGroupRuleId: 'sgr-v6', ...rule, Description: 'web' }).ok).toBe(true);
    expect(
      world
        .rules()
        .map((each) => each.Description)
        .slice(0, 2),
    ).toEqual(['web', '']);
  });

  it('lists are no peers', () => {
    const world = legacy();
    const result = world.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      IpProtocol: 'TCP',
      PortRange: '1/1',
      SourcePrefixListId: 'pl-v4',
    });
    expect(result).toMatchObject({ code: 'MissingParameter' });
  });
});

it('revoking a rule that is not there succeeds silently', () => {
  const world = legacy();
  expect(
    world.call('RevokeSecurityGroup', { SecurityGroupId: 'sg-web', ...rule, PortRange: '81/81' }),
  ).toEqual({ ok: true, answer: {} });
  expect(world.state.version).toBe(0);
});

it('groups come in numbered pages, and classic ones can be made', () => {
  const world = legacy();
  expect(world.call('CreateSecurityGroup').ok).toBe(true);
  expect(world.call('DescribeSecurityGroups', { PageNumber: '2', PageSize: '5' })).toMatchObject({
    answer: {
      TotalCount: 8,
      PageNumber: 2,
      PageSize: 5,
      SecurityGroups: { SecurityGroup: [{ SecurityGroupId: 'sg-ent' }, {}, { VpcId: '' }] },
    },
  });
});

describe('Modify finds a rule', () => {
  const holding = (stored: object) => ({
    securityGroups: [
      {
        RegionId: 'cn-hangzhou',
        SecurityGroupId: 'sg-web',
        Permissions: [{ Direction: 'ingress', IpProtocol: 'TCP', PortRange: '80/80', ...stored }],
      },
    ],
  });
  const tcp = { IpProtocol: 'tcp', PortRange: '80/80' };
  const cases: ReadonlyArray<readonly [string, object, RequestParams]> = [
    ['with host bits', { SourceCidrIp: '10.1.2.3/8' }, { ...tcp, SourceCidrIp: '10.1.2.3/8' }],
    [
      'with IPv6 host bits',
      { Ipv6SourceCidrIp: '2001:db8::1/32' },
      { ...tcp, Ipv6SourceCidrIp: '2001:db8::1/32' },
    ],
    ['of a protocol in lower case', { IpProtocol: 'tcp', SourceCidrIp: '10.0.0.0/8' }, rule],
    ['of priority 110', { SourceCidrIp: '10.0.0.0/8', Priority: 110 }, { ...rule, Priority: '110' }],
    ['whose peer group has vanished', { SourceGroupId: 'sg-gone' }, { ...tcp, SourceGroupId: 'sg-gone' }],
  ];
  const levels = ['description', 'descriptionAndPriority'] as const;
  it.each(cases.flatMap((each) => levels.map((level) => [...each, level] as const)))(
    '%s: %j by %j, where it changes the %s',
    (_name, stored, fields, legacyModifies) => {
      const world = new EmulatedWorld(holding(stored), { apiLevel: 'legacy2019', legacyModifies });
      expect(modify(world, { ...fields, Description: 'found' })).toEqual({ ok: true, answer: {} });
      expect(world.rules()).toMatchObject([{ ...stored, Description: 'found' }]);
    },
  );

  const missing: ReadonlyArray<readonly [string, RequestParams, string]> = [
    ['a group that never was', { SourceGroupId: 'sg-gone' }, 'SecurityGroupRule.NotFound'],
    ['a group of another network', { SourceGroupId: 'sg-classic' }, 'SecurityGroupRule.NotFound'],
    ['an enterprise group', { SourceGroupId: 'sg-ent' }, 'SecurityGroupRule.NotFound'],
    ['the nic of another network', { ...rule, NicType: 'internet' }, 'InvalidNicType.Mismatch'],
    ['a nic that there is not', { ...rule, NicType: 'wifi' }, 'InvalidNicType.Mismatch'],
  ];
  it.each(missing)('but not with %s, and says so in a code of the page', (_name, fields, code) => {
    expect(modify(legacy(), { ...tcp, ...fields })).toMatchObject({ ok: false, code });
  });

  it('and cannot give it priority 110', () => {
    const world = legacy({ legacyModifies: 'descriptionAndPriority' });
    expect(modify(world, { ...rule, Priority: '110' })).toMatchObject({
      code: 'InvalidPriority.ValueNotSupported',
    });
    expect(world.state.version).toBe(0);
  });
});

it.each(['6', '47', '132'])('protocol number %s is refused in every region', (IpProtocol) => {
  const state = { securityGroups: [{ RegionId: 'ap-southeast-1', SecurityGroupId: 'sg-web' }] };
  const world = new EmulatedWorld(state, { apiLevel: 'legacy2019' });
  const params = { ...rule, RegionId: 'ap-southeast-1', SecurityGroupId: 'sg-web', IpProtocol };
  for (const action of ['AuthorizeSecurityGroup', 'RevokeSecurityGroup', 'ModifySecurityGroupRule']) {
    expect(world.call(action, params)).toMatchObject({ code: 'InvalidIpProtocol.ValueNotSupported' });
  }
});
