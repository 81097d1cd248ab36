// Calls as clients make them: of every kind, with the parameters that each takes.
import { ACTIONS } from '../../../emulator/actions/table.ts';

interface SeedCall {
  readonly how: 'V1' | 'V1-GET' | 'V3' | 'raw' | 'admin';
  readonly action?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const PLACE = { RegionId: 'cn-hangzhou' };
const GROUP = { ...PLACE, SecurityGroupId: 'sg-bp1web' };
const RULE = {
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '198.51.100.0/24',
  Policy: 'accept',
  Priority: '1',
};
const EGRESS = {
  IpProtocol: 'ALL',
  PortRange: '-1/-1',
  DestCidrIp: '10.0.0.0/8',
  Policy: 'drop',
  Priority: '100',
};
const numbered = (fields: Readonly<Record<string, string>>, at = 1) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`Permissions.${at}.${name}`, value]));
const TAGS = { 'Tag.1.Key': 'Tier', 'Tag.1.Value': 'web' };

const PARAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AuthorizeSecurityGroup: {
    ...GROUP,
    ...numbered({ ...RULE, Description: 'a & b < ü 😀' }),
    ...numbered(EGRESS, 2),
  },
  AuthorizeSecurityGroupEgress: { ...GROUP, ...EGRESS, ClientToken: 'token-1' },
  CreatePortRangeList: {
    ...PLACE,
    PortRangeListName: 'ports',
    MaxEntries: '10',
    'Entry.1.PortRange': '80/80',
  },
  CreatePrefixList: {
    ...PLACE,
    PrefixListName: 'nets',
    MaxEntries: '10',
    AddressFamily: 'IPv4',
    'Entry.1.Cidr': '10.0.0.0/8',
  },
  CreateSecurityGroup: { ...PLACE, VpcId: 'vpc-1', SecurityGroupName: 'new', Description: 'new', ...TAGS },
  DescribeSecurityGroupAttribute: { ...GROUP, Direction: 'all', NicType: 'intranet', MaxResults: '2' },
  DescribeSecurityGroups: { ...PLACE, SecurityGroupIds: '["sg-bp1web"]', MaxResults: '1', ...TAGS },
  JoinSecurityGroup: { ...GROUP, InstanceId: 'i-1' },
  LeaveSecurityGroup: { ...GROUP, InstanceId: 'i-1' },
  ListTagResources: { ...PLACE, ResourceType: 'securitygroup', 'ResourceId.1': 'sg-bp1web' },
  ModifySecurityGroupAttribute: { ...GROUP, SecurityGroupName: 'other', Description: 'other' },
  ModifySecurityGroupPolicy: { ...GROUP, InnerAccessPolicy: 'Drop' },
  ModifySecurityGroupRule: { ...GROUP, SecurityGroupRuleId: 'sgr-bp1web03', ...RULE, Description: 'changed' },
  ModifySecurityGroupEgressRule: { ...GROUP, SecurityGroupRuleId: 'sgr-bp1web03', ...EGRESS },
  RevokeSecurityGroup: {
    ...GROUP,
    'SecurityGroupRuleId.1': 'sgr-bp1web01',
    'SecurityGroupRuleId.2': 'sgr-bp1web02',
  },
  RevokeSecurityGroupEgress: { ...GROUP, ...numbered(EGRESS) },
  TagResources: { ...PLACE, ResourceType: 'securitygroup', 'ResourceId.1': 'sg-bp1web', ...TAGS },
  UntagResources: {
    ...PLACE,
    ResourceType: 'securitygroup',
    'ResourceId.1': 'sg-bp1web',
    'TagKey.1': 'Tier',
  },
};

const read: SeedCall = { how: 'V1', action: 'DescribeSecurityGroupAttribute', params: GROUP };

/** One of each action in each manner, and a few sequences. */
export function gatewaySeeds(state: unknown): SeedCall[][] {
  const actions = [...ACTIONS.keys()].map((action) => ({ action, params: PARAMS[action] ?? GROUP }));
  const twice = {
    how: 'V1',
    action: 'AuthorizeSecurityGroup',
    params: { ...GROUP, ...RULE, ClientToken: 'token-2' },
  } as const;
  return [
    ...actions.map((call): SeedCall[] => [{ how: 'V1', ...call }, read]),
    ...actions.map((call): SeedCall[] => [{ how: 'V3', ...call }]),
    ...actions.map(({ action, params }): SeedCall[] => [
      { how: 'V1-GET', action, params: { ...params, Format: 'XML' } },
    ]),
    [twice, twice, read],
    [
      { how: 'admin', method: 'PUT', target: 'quirks', body: '{"pageOrder":"shuffled","describeLagMs":500}' },
      twice,
      read,
    ],
    [{ how: 'admin', method: 'PUT', target: 'state', body: JSON.stringify(state) }, twice],
    [{ how: 'admin', method: 'POST', target: 'clock', body: '{"advanceMs":60000}' }, read],
    [
      {
        how: 'raw',
        method: 'GET',
        target: '/?Action=DescribeRegions&Version=2014-05-26&Format=JSON',
        headers: {},
        body: '',
      },
    ],
    [
      {
        how: 'raw',
        method: 'POST',
        target: '/',
        headers: {
          'x-acs-action': 'DescribeRegions',
          'x-acs-version': '2014-05-26',
          authorization: 'ACS3-HMAC-SHA256 Credential=emulator,SignedHeaders=host,Signature=00',
        },
        body: 'a=b',
      },
    ],
    [
      {
        how: 'V1',
        action: 'LookupEvents',
        params: { Version: '2020-07-06', ...PLACE, StartTime: '2026-01-01T00:00:00Z' },
      },
    ],
    [
      {
        how: 'V1',
        action: 'ListProductQuotas',
        params: {
          Version: '2020-05-10',
          ProductCode: 'ecs',
          QuotaCategory: 'FlowControl',
          'Dimensions.1.Key': 'regionId',
        },
      },
    ],
  ];
}

export const GATEWAY_WORDS: readonly string[] = [
  ...['Format', 'XML', 'JSON', 'Version', '2020-07-06', 'NextToken', 'DryRun', 'Permissions.1.SourceGroupId'],
  ...[
    'Permissions.1.PortRangeListId',
    'Permissions.1.SourcePrefixListId',
    'Permissions.101.IpProtocol',
    'Permissions.0',
  ],
  ...[
    'SourceGroupOwnerId',
    'SourcePortRange',
    'Ipv6SourceCidrIp',
    'sg-bp1db',
    'sg-bp1lb',
    'pl-1',
    'ICMPv6',
    'GRE',
    '::/0',
  ],
];
