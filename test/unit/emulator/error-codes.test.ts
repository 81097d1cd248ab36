// One request for each row of the refusals' table: its code, status and message, and that the state stays as it
// was. Codes that no request can provoke stand below with the reason. The gateway's codes: gateway-codes.test.ts.
import { describe, expect, it } from 'vitest';
import { codeOf, REFUSALS, type Refusal } from '../../../emulator/actions/refusals.ts';
import type { Quirks } from '../../../emulator/quirks.ts';
import { dumpState } from '../../../emulator/admin/state-file.ts';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  OTHER_ACCOUNT_ID,
  permission,
  REGION,
  type RequestParams,
} from '../../support/emulated-world.ts';

interface Attempt {
  readonly action: string;
  readonly params: RequestParams;
  readonly quirks?: Partial<Quirks>;
  readonly state?: unknown;
  /** What takes the place of `%s` in the message. */
  readonly subject?: string;
}

const web = { SecurityGroupId: 'sg-web' };
const rule = { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.9.0.0/16' };
const LEGACY = { quirks: { apiLevel: 'legacy2019' } } as const;

/** Authorize in the current form. */
const adds = (fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'AuthorizeSecurityGroup',
  params: { ...web, ...permission(1, { ...rule, ...fields }) },
  ...more,
});
const addsTo = (group: string, fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'AuthorizeSecurityGroup',
  params: { SecurityGroupId: group, ...permission(1, { ...rule, ...fields }) },
  ...more,
});
const addsOut = (fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'AuthorizeSecurityGroupEgress',
  params: {
    ...web,
    ...permission(1, { IpProtocol: 'TCP', PortRange: '80/80', DestCidrIp: '10.9.0.0/16', ...fields }),
  },
  ...more,
});
const flat = (fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'AuthorizeSecurityGroup',
  params: { ...web, ...rule, ...fields },
  ...more,
});
const revokes = (fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'RevokeSecurityGroup',
  params: { ...web, ...permission(1, { ...rule, ...fields }) },
  ...more,
});
const modifies = (ruleId: string, fields: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action: 'ModifySecurityGroupRule',
  params: { ...web, SecurityGroupRuleId: ruleId, ...fields },
  ...more,
});
const toGroup = (id: string): RequestParams => ({ SourceCidrIp: '', SourceGroupId: id });
const toList = (id: string): RequestParams => ({ SourceCidrIp: '', SourcePrefixListId: id });
const call = (action: string, params: RequestParams, more: Partial<Attempt> = {}): Attempt => ({
  action,
  params,
  ...more,
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const many = (count: number, fields: (n: number) => RequestParams): RequestParams =>
  Object.assign({}, ...numbers(count).map(fields)) as RequestParams;

/** TagResources, or another action on the same group, with one thing changed. */
const tagging = (fields: RequestParams, action = 'TagResources'): Attempt =>
  call(action, { ResourceType: 'securitygroup', 'ResourceId.1': 'sg-web', 'Tag.1.Key': 'tier', ...fields });

const newGroup = { SecurityGroupName: 'new', VpcId: 'vpc-1' };
const newPrefixList = { PrefixListName: 'new', AddressFamily: 'IPv4', MaxEntries: '2' };
const newPortList = { PortRangeListName: 'new', MaxEntries: '2' };

/** A cloud in which the prefix list pl-v4 already serves as many groups as it may. */
const crowdedPrefixList = {
  ...ONE_OF_EVERYTHING,
  securityGroups: [
    { RegionId: REGION, SecurityGroupId: 'sg-web', VpcId: 'vpc-1' },
    ...numbers(1000).map((n) => ({
      RegionId: REGION,
      SecurityGroupId: `sg-${String(n)}`,
      Permissions: [{ Direction: 'ingress', IpProtocol: 'ALL', SourcePrefixListId: 'pl-v4' }],
    })),
  ],
};
const groupsOf = (count: number, more: object) => ({
  securityGroups: numbers(count).map((n) => ({
    RegionId: REGION,
    SecurityGroupId: `sg-${String(n)}`,
    ...more,
  })),
});

/** Typed as partial, so that a missing row fails as a test that names it. */
const ATTEMPTS: Partial<Record<Refusal, Attempt>> = {
  OperationDenied: adds({ PortRange: '-1/-1' }),
  'InvalidIpProtocol.Malformed': adds({ PortRange: '200/1' }),
  'InvalidIpProtocol.Malformed (2019)': flat({ PortRange: '200/1' }, LEGACY),
  'InvalidIpProtocol.ValueNotSupported': adds(
    { IpProtocol: 'sctp' },
    { subject: 'Permissions.1.IpProtocol' },
  ),
  'InvalidIpPortRange.Malformed': revokes({ PortRange: '200/1' }),
  'InvalidPortRange.Malformed': adds({ PortRange: '' }),
  'InvalidParam.PortRange': adds({ PortRange: '80' }, { subject: 'Permissions.1.PortRange' }),
  'InvalidParam.PortRange (2019)': flat({ SourcePortRange: '1-2' }, LEGACY),
  'InvalidSourcePortRange.Malformed': adds({ SourcePortRange: '9/1' }),
  'InvalidSourceCidrIp.Malformed': flat({ SourceCidrIp: '10.0.0.0/33' }),
  'InvalidDestCidrIp.Malformed': flat({ DestCidrIp: '10.0.0' }),
  'InvalidDestCidrIp.sMalformed': call('RevokeSecurityGroupEgress', {
    ...web,
    IpProtocol: 'TCP',
    PortRange: '80/80',
    DestCidrIp: '10.0.0',
  }),
  'InvalidParam.SourceCidrIp': adds(
    { SourceCidrIp: '10.0.0.256' },
    { subject: 'Permissions.1.SourceCidrIp' },
  ),
  'InvalidParam.DestCidrIp': adds({ DestCidrIp: 'x' }, { subject: 'Permissions.1.DestCidrIp' }),
  'InvalidParam.Ipv6SourceCidrIp': adds(
    { SourceCidrIp: '', Ipv6SourceCidrIp: '2001::/129' },
    { subject: 'Permissions.1.Ipv6SourceCidrIp' },
  ),
  'InvalidParam.Ipv6DestCidrIp': adds({ Ipv6DestCidrIp: ':::' }, { subject: 'Permissions.1.Ipv6DestCidrIp' }),
  'InvalidParameter.Ipv6CidrIp': flat({ SourceCidrIp: '', Ipv6SourceCidrIp: ':::' }),
  ILLEGAL_IPV6_CIDR: flat(
    { SourceCidrIp: '', Ipv6SourceCidrIp: '2001::/129' },
    { ...LEGACY, subject: 'Ipv6SourceCidrIp' },
  ),
  'InvalidParam.SourceIp': adds({ Ipv6SourceCidrIp: '2001:db8::/32' }, { subject: 'Permissions.1' }),
  'InvalidParam.SourceIp (2019)': flat({ SourceCidrIp: '10.0.0' }, { ...LEGACY, subject: 'SourceCidrIp' }),
  'InvalidParam.DestIp': adds(
    { DestCidrIp: '10.1.0.0/16', Ipv6DestCidrIp: '2001:db8::/32' },
    { subject: 'Permissions.1' },
  ),
  'InvalidParam.DestIp (2019)': flat({ DestCidrIp: '10.0.0' }, { ...LEGACY, subject: 'DestCidrIp' }),
  'InvalidParameter.Conflict': adds({ Ipv6DestCidrIp: '2001:db8::/32' }),
  'InvalidParam.Ipv4ProtocolConflictWithIpv6Address': adds({
    IpProtocol: 'icmp',
    PortRange: '-1/-1',
    SourceCidrIp: '',
    Ipv6SourceCidrIp: '::/0',
  }),
  'InvalidParam.Ipv6ProtocolConflictWithIpv4Address': adds({ IpProtocol: 'icmpv6', PortRange: '-1/-1' }),
  'InvalidParamter.Conflict (same address)': adds({ DestCidrIp: '10.9.0.0/16' }),
  'InvalidPolicy.Malformed': adds({ Policy: 'allow' }, { subject: 'Permissions.1.Policy' }),
  'InvalidPolicy.Malformed (2019)': flat({ Policy: 'allow' }, LEGACY),
  'InvalidPriority.Malformed': adds({ Priority: 'high' }),
  'InvalidPriority.ValueNotSupported': adds({ Priority: '101' }, { subject: 'Permissions.1.Priority' }),
  'InvalidPriority.ValueNotSupported (modify)': modifies('sgr-v4', { Priority: '0' }),
  'InvalidSecurityGroupDiscription.Malformed (rule)': adds({ Description: 'x'.repeat(513) }),
  'InvalidNicType.ValueNotSupported': adds({ NicType: 'wifi' }),
  'MissingParameter.Source': adds({ SourceCidrIp: '' }, { subject: 'Permissions.1' }),
  'MissingParameter.Dest': addsOut({ DestCidrIp: '' }, { subject: 'Permissions.1' }),
  'MissingParameter (ingress, 2019)': flat({ SourceCidrIp: '' }, LEGACY),
  'MissingParameter (egress, 2019)': call(
    'AuthorizeSecurityGroupEgress',
    { ...web, IpProtocol: 'TCP', PortRange: '80/80' },
    LEGACY,
  ),
  'MissingParameter (revoke, 2019)': call(
    'RevokeSecurityGroup',
    { ...web, IpProtocol: 'TCP', PortRange: '80/80' },
    LEGACY,
  ),
  'InvalidParam.ProtocolNotSupportPortRangeList': adds({
    IpProtocol: 'icmp',
    PortRange: '',
    PortRangeListId: 'prl-app',
  }),
  'InvalidParam.Permissions': adds({}, { params: { ...web, ...permission(1, rule), Policy: 'accept' } }),
  'InvalidParam.DuplicatePermissions': adds(
    {},
    {
      params: {
        ...web,
        ...permission(1, rule),
        ...permission(2, { ...rule, IpProtocol: 'tcp', Description: 'x' }),
      },
    },
  ),
  'InvalidParam.SecurityGroupRuleId': call('RevokeSecurityGroup', {
    ...web,
    'SecurityGroupRuleId.1': 'sgr-gone',
  }),
  'InvalidParam.SecurityGroupRuleIdRepeated': call('RevokeSecurityGroup', {
    ...web,
    'SecurityGroupRuleId.1': 'sgr-v4',
    'SecurityGroupRuleId.2': 'sgr-v4',
  }),

  'InvalidNicType.Mismatch': call('ModifySecurityGroupRule', {
    SecurityGroupId: 'sg-classic',
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp: '10.0.0.0/8',
    NicType: 'intranet',
    Description: 'ssh',
  }),
  'InvalidNicType.Mismatch (2019)': call(
    'ModifySecurityGroupRule',
    {
      SecurityGroupId: 'sg-classic',
      IpProtocol: 'TCP',
      PortRange: '22/22',
      SourceCidrIp: '10.0.0.0/8',
      NicType: 'intranet',
      Description: 'ssh',
    },
    LEGACY,
  ),
  'InvalidNicType.Mismatch (revoke)': call('RevokeSecurityGroup', {
    SecurityGroupId: 'sg-classic',
    ...permission(1, {
      IpProtocol: 'TCP',
      PortRange: '22/22',
      SourceCidrIp: '10.0.0.0/8',
      NicType: 'intranet',
    }),
  }),
  'InvalidSourceGroupId.Mismatch (vpc)': adds(toGroup('sg-far')),
  'InvalidDestGroupId.Mismatch (vpc)': addsOut({ DestCidrIp: '', DestGroupId: 'sg-far' }),
  'InvalidSourceGroupId.Mismatch (nic)': addsTo('sg-classic', {
    ...toGroup('sg-classic2'),
    NicType: 'internet',
  }),
  'InvalidDestGroupId.Mismatch (nic)': call('AuthorizeSecurityGroupEgress', {
    SecurityGroupId: 'sg-classic',
    ...permission(1, {
      IpProtocol: 'TCP',
      PortRange: '80/80',
      DestGroupId: 'sg-classic2',
      NicType: 'internet',
    }),
  }),
  'InvalidSourceGroup.NotFound': adds({ ...toGroup('sg-lb'), SourceGroupOwnerId: OTHER_ACCOUNT_ID }),
  'InvalidDestGroup.NotFound': addsOut({
    DestCidrIp: '',
    DestGroupId: 'sg-lb',
    DestGroupOwnerAccount: OTHER_ACCOUNT_ID,
  }),
  'InvalidSourceGroupId.NotFound': adds(toGroup('sg-other')),
  'InvalidDestGroupId.NotFound': addsOut({ DestCidrIp: '', DestGroupId: 'sg-nowhere' }),
  'InvalidParamter.Conflict (same group)': adds(toGroup('sg-web')),
  'InvalidParamter.Conflict (same group, revoke)': revokes(toGroup('sg-web')),
  'InvalidSecurityGroup.IsSame': addsOut({ DestCidrIp: '', DestGroupId: 'sg-web' }),
  'InvalidNetworkType.Mismatch': adds(toGroup('sg-classic')),
  'InvalidNetworkType.Conflict': addsTo('sg-classic', toGroup('sg-web')),
  'InvalidSecurityGroup.InvalidNetworkType': addsTo('sg-classic', {
    SourceCidrIp: '',
    Ipv6SourceCidrIp: '::/0',
  }),
  'InvalidGroupParameter.OperationDenied': addsTo('sg-ent', toGroup('sg-lb')),
  'InvalidGroupAuthParameter.OperationDenied': adds(toGroup('sg-ent')),
  'NotSupported.ClassicNetworkPrefixList': addsTo('sg-classic', toList('pl-v4')),
  'InvalidPrefixListId.NotFound': adds(toList('pl-nowhere')),
  'InvalidPortRangeListId.NotFound': adds({ PortRange: '', PortRangeListId: 'prl-nowhere' }),
  'InvalidParam.PrefixListAddressFamilyMismatch': adds({ ...toList('pl-v6'), DestCidrIp: '10.1.0.0/16' }),
  'InvalidParam.PrefixListAddressFamilyMismatch (modify)': modifies('sgr-pl', {
    SourcePrefixListId: 'pl-v6',
  }),
  AuthorizationLimitExceed: adds({}, { quirks: { ruleQuota: 13 } }),
  'AuthorizationLimitExceed (modify)': modifies(
    'sgr-prl',
    { PortRangeListId: 'prl-big' },
    {
      quirks: { ruleQuota: 13 },
      state: {
        ...ONE_OF_EVERYTHING,
        portRangeLists: [
          ...ONE_OF_EVERYTHING.portRangeLists,
          { RegionId: REGION, PortRangeListId: 'prl-big', MaxEntries: 40 },
        ],
      },
    },
  ),
  'AuthorizedGroupRule.LimitExceed': adds(
    { ...toGroup('sg-lb'), PortRange: '81/81' },
    { quirks: { groupReferenceQuota: 1 }, subject: '1' },
  ),
  'LimitExceed.PrefixListAssociationResource': adds(toList('pl-v4'), { state: crowdedPrefixList }),
  'InvalidOperation.ResourceManagedByCloudProduct': addsTo('sg-managed', {}, { subject: 'sg-managed' }),

  'SecurityGroupRule.NotFound': call(
    'ModifySecurityGroupRule',
    { ...web, ...rule, Description: 'x' },
    LEGACY,
  ),
  'InvalidSecurityGroupRuleId.NotFound': modifies('sgr-gone', { PortRange: '81/81' }),
  'InvalidGroupAuthItem.NotFound': revokes(
    { ...toGroup('sg-lb'), PortRange: '81/81' },
    { quirks: { revokeUnknownGroupRule: 'fail' } },
  ),
  'InvalidSecurityGroupRule.RuleNotExist': call('RevokeSecurityGroupEgress', {
    ...web,
    'SecurityGroupRuleId.1': 'sgr-gone',
  }),
  'InvalidOperation.ModifySgRuleEntityType': modifies('sgr-v4', { Ipv6SourceCidrIp: '::/0' }),
  'InvalidOperation.ModifyNicType': modifies('sgr-v4', { NicType: 'internet' }),
  'InvalidOperation.ModifyPortRangeType': modifies('sgr-v4', { PortRangeListId: 'prl-app' }),
  'InvalidOperation.RuleDuplicate': modifies(
    'sgr-prl',
    { PortRangeListId: 'prl-spare' },
    {
      subject: 'sgr-twin',
      state: {
        ...ONE_OF_EVERYTHING,
        securityGroups: [
          {
            RegionId: REGION,
            SecurityGroupId: 'sg-web',
            Permissions: ['sgr-prl', 'sgr-twin'].map((SecurityGroupRuleId, index) => ({
              SecurityGroupRuleId,
              Direction: 'ingress',
              IpProtocol: 'TCP',
              PortRangeListId: index === 0 ? 'prl-app' : 'prl-spare',
              SourceCidrIp: '10.0.0.0/8',
            })),
          },
        ],
      },
    },
  ),
  'InvalidParam.InvalidModifyRuleRequest': modifies('sgr-v4', {}),
  'InvalidParam.ProtocolAndPortRangeMismatch': modifies('sgr-v4', { IpProtocol: 'icmp' }),
  'InvalidParam.ProtocolAndAddressFamilyMismatch': modifies('sgr-pl', {
    IpProtocol: 'icmpv6',
    PortRange: '-1/-1',
  }),
  'InvalidSourceOrDestGroupId.DirectionMissmatch': modifies('sgr-sg', { DestGroupId: 'sg-lb' }),

  'MissingParameter.RegionId (tags)': tagging({ RegionId: '' }),
  'MissingParameter.ResourceType': tagging({ ResourceType: '' }),
  'MissingParameter.ResourceIds': tagging({ 'ResourceId.1': '' }),
  'MissingParameter.Tags': tagging({ 'Tag.1.Key': '' }),
  'InvalidResourceType.NotFound': tagging({ ResourceType: 'instance' }),
  'InvalidResourceId.NotFound': tagging({ 'ResourceId.2': 'sg-other' }),
  'NumberExceed.ResourceIds': tagging(many(51, (n) => ({ [`ResourceId.${String(n)}`]: 'sg-web' }))),
  'NumberExceed.Tags': tagging(many(21, (n) => ({ [`Tag.${String(n)}.Key`]: `k${String(n)}` }))),
  'InvalidTagKey.Malformed (tags)': tagging({ 'Tag.1.Key': 'acs:x' }),
  'InvalidTagValue.Malformed (tags)': tagging({ 'Tag.1.Value': 'https://x' }),
  // With the tag that the group has, one too many.
  'OperationDenied.QuotaExceed': tagging(many(20, (n) => ({ [`Tag.${String(n)}.Key`]: `k${String(n)}` }))),
  'Param.Conflict': tagging({ 'TagKey.1': 'team', All: 'true' }, 'UntagResources'),
  'InvalidParameter.TagValue': tagging({ 'Tag.1.Key': '', 'Tag.1.Value': 'x' }, 'ListTagResources'),
  'InvalidParameter (tags)': {
    ...tagging({ 'Tag.1.Key': '', All: 'perhaps' }, 'UntagResources'),
    subject: 'All',
  },

  MissingRegionId: adds({}, { params: { RegionId: '', ...web, ...permission(1, rule) } }),
  MissingSecurityGroupId: adds({}, { params: permission(1, rule) }),
  'MissingParameter.RegionId (attribute)': call('DescribeSecurityGroupAttribute', { ...web, RegionId: '' }),
  'MissingParameter.RegionId (groups)': call('DescribeSecurityGroups', { RegionId: '' }),
  'MissingParameter.RegionId (delete)': call('DeleteSecurityGroup', { ...web, RegionId: '' }),
  'InvalidRegionId.NotFound': call('DescribeSecurityGroupAttribute', { ...web, RegionId: 'xx-nowhere' }),
  'InvalidSecurityGroupId.Malformed': call('DescribeSecurityGroupAttribute', { SecurityGroupId: 'web' }),
  'InvalidSecurityGroupId.NotFound': addsTo('sg-north', {}),
  InvalidParamter: call('DescribeSecurityGroupAttribute', { ...web, MaxResults: '9' }),
  'InvalidParameter.AttributeNotSupported': call('DescribeSecurityGroupAttribute', {
    ...web,
    Attribute: 'all',
  }),
  'NotSupported.PageNumberAndPageSize': call(
    'DescribeSecurityGroups',
    { PageNumber: '1' },
    { quirks: { groupPaging: 'token' } },
  ),
  'InValidParameter.NextToken': call('DescribeSecurityGroups', { NextToken: 'AAAA' }),
  'InvalidParameter.SecurityGroupType': call('DescribeSecurityGroups', { SecurityGroupType: 'huge' }),
  'InvalidParameter (groups)': call(
    'DescribeSecurityGroups',
    { MaxResults: '101' },
    { subject: 'MaxResults' },
  ),
  DryRunOperation: call('DescribeSecurityGroups', { DryRun: 'true' }),
  'InvalidSecurityGroupName.Malformed': call('CreateSecurityGroup', { ...newGroup, SecurityGroupName: '1' }),
  'InvalidDescription.Malformed': call('CreateSecurityGroup', { ...newGroup, Description: 'http://x' }),
  'InvalidSecurityGroupDiscription.Malformed (group)': call('CreateSecurityGroup', {
    ...newGroup,
    Description: 'x',
  }),
  'InvalidTagKey.Malformed': call('CreateSecurityGroup', { ...newGroup, 'Tag.1.Key': 'acs:x' }),
  'InvalidTagValue.Malformed': call('CreateSecurityGroup', {
    ...newGroup,
    'Tag.1.Key': 'a',
    'Tag.1.Value': 'http://x',
  }),
  'Duplicate.TagKey': call('CreateSecurityGroup', { ...newGroup, 'Tag.1.Key': 'a', 'Tag.2.Key': 'a' }),
  'QuotaExceed.Tags': call(
    'CreateSecurityGroup',
    { ...newGroup, ...many(21, (n) => ({ [`Tag.${String(n)}.Key`]: `k${String(n)}` })) },
    { subject: '20' },
  ),
  'InvalidParams.GroupType': call('CreateSecurityGroup', { ...newGroup, SecurityGroupType: 'huge' }),
  'InvalidParams.VpcIdGroupType': call('CreateSecurityGroup', { SecurityGroupType: 'enterprise' }),
  'InvalidVpcId.NotFound (missing)': call('CreateSecurityGroup', {}),
  'InvalidVpcId.NotFound': call('CreateSecurityGroup', { VpcId: 'my-vpc' }),
  'InvalidResourceGroup.NotFound': call('CreateSecurityGroup', { ...newGroup, ResourceGroupId: 'mine' }),
  'QuotaExceed.SecurityGroup': call('CreateSecurityGroup', newGroup, { state: groupsOf(100, {}) }),
  'InvalidSecurityGroup.NotFound': call('DeleteSecurityGroup', { SecurityGroupId: 'sg-nowhere' }),
  'DependencyViolation (members)': call('DeleteSecurityGroup', { SecurityGroupId: 'sg-lb' }),
  'DependencyViolation (references)': call(
    'DeleteSecurityGroup',
    { SecurityGroupId: 'sg-lb' },
    {
      state: {
        securityGroups: [
          { RegionId: REGION, SecurityGroupId: 'sg-lb' },
          {
            RegionId: REGION,
            SecurityGroupId: 'sg-web',
            Permissions: [{ Direction: 'egress', IpProtocol: 'ALL', DestGroupId: 'sg-lb' }],
          },
        ],
      },
    },
  ),
  'InvalidSecurityGroupName.Malformed (modify)': call('ModifySecurityGroupAttribute', {
    ...web,
    SecurityGroupName: 'x',
  }),
  'InvalidParameter (group)': call('ModifySecurityGroupAttribute', web),
  'MissingParamter.RegionId': call('ModifySecurityGroupPolicy', { ...web, RegionId: '' }),
  'InvalidSecurityGroupId.Malformed (policy)': call('ModifySecurityGroupPolicy', { SecurityGroupId: 'web' }),
  'InvalidPolicy.Malformed (policy)': call('ModifySecurityGroupPolicy', {
    ...web,
    InnerAccessPolicy: 'allow',
  }),
  'InvalidParameter.InnerAccessPolicy': call('ModifySecurityGroupPolicy', {
    SecurityGroupId: 'sg-ent',
    InnerAccessPolicy: 'Accept',
  }),
  'InvalidInstanceId.Malformed': call('JoinSecurityGroup', { ...web, InstanceId: 'lb1' }),
  'InvalidInstanceId.Mismatch': call('JoinSecurityGroup', { SecurityGroupId: 'sg-far', InstanceId: 'i-lb1' }),
  'InvalidInstanceId.NotFound': call('LeaveSecurityGroup', { ...web, InstanceId: 'i-lb1' }),
  'InvalidInstanceId.AlreadyExists': call('JoinSecurityGroup', {
    SecurityGroupId: 'sg-lb',
    InstanceId: 'i-lb1',
  }),
  InstanceSecurityGroupLimitExceeded: call(
    'JoinSecurityGroup',
    { SecurityGroupId: 'sg-last', InstanceId: 'i-1' },
    {
      state: {
        securityGroups: [
          ...groupsOf(10, { Members: ['i-1'] }).securityGroups,
          { RegionId: REGION, SecurityGroupId: 'sg-last' },
        ],
      },
    },
  ),
  SecurityGroupInstanceLimitExceeded: call(
    'JoinSecurityGroup',
    { SecurityGroupId: 'sg-1', InstanceId: 'i-new' },
    { state: groupsOf(1, { Members: numbers(6000).map((n) => `i-${String(n)}`) }) },
  ),

  'MissingParameter (prefix list)': call('CreatePrefixList', {}, { subject: 'PrefixListName' }),
  'InvalidParameter (prefix list)': call(
    'CreatePrefixList',
    { ...newPrefixList, MaxEntries: '201' },
    { subject: 'MaxEntries' },
  ),
  'InvalidParameter.AddressFamily': call('CreatePrefixList', { ...newPrefixList, AddressFamily: 'IPv5' }),
  'InvalidParameter.PrefixListName': call('CreatePrefixList', {
    ...newPrefixList,
    PrefixListName: 'com.aliyun',
  }),
  'InvalidDescription.Malformed (prefix list)': call('CreatePrefixList', {
    ...newPrefixList,
    Description: 'x',
  }),
  'InvalidParameter.CidrMalformed': call(
    'CreatePrefixList',
    { ...newPrefixList, 'Entry.1.Cidr': '10.0.0.1/8' },
    { subject: '10.0.0.1/8' },
  ),
  'InvalidParameter.CidrDuplicated': call(
    'CreatePrefixList',
    { ...newPrefixList, 'Entry.1.Cidr': '10.0.0.1', 'Entry.2.Cidr': '10.0.0.1/32' },
    { subject: '10.0.0.1/32' },
  ),
  'LimitExceed.Entry': call('CreatePrefixList', {
    ...newPrefixList,
    ...many(201, (n) => ({ [`Entry.${String(n)}.Cidr`]: `10.0.0.${String(n)}` })),
  }),
  'LimitExceed.MaxEntries (prefix list)': call('CreatePrefixList', {
    ...newPrefixList,
    MaxEntries: '1',
    'Entry.1.Cidr': '10.0.0.1',
    'Entry.2.Cidr': '10.0.0.2',
  }),
  'LimitExceed.PrefixListPerRegion': call('CreatePrefixList', newPrefixList, {
    state: { prefixLists: numbers(100).map((n) => ({ RegionId: REGION, PrefixListId: `pl-${String(n)}` })) },
  }),
  'LimitExceed.PrefixListId': call(
    'DescribePrefixLists',
    many(101, (n) => ({ [`PrefixListId.${String(n)}`]: `pl-${String(n)}` })),
  ),
  'NotAllowed.AssociationExist': call('DeletePrefixList', { PrefixListId: 'pl-v4' }),
  'InvalidResourceGroup.NotFound (list)': call('CreatePrefixList', {
    ...newPrefixList,
    ResourceGroupId: 'mine',
  }),
  'MissingParameter (port list)': call('CreatePortRangeList', {}),
  'InvalidParameter (port list)': call('CreatePortRangeList', { ...newPortList, MaxEntries: '0' }),
  'InvalidRegionId.NotFound (port list)': call('CreatePortRangeList', {
    ...newPortList,
    RegionId: 'xx-nowhere',
  }),
  'InvalidParameter.PortRangeListName': call('CreatePortRangeList', {
    ...newPortList,
    PortRangeListName: '1',
  }),
  'InvalidDescription.Malformed (port list)': call('CreatePortRangeList', {
    ...newPortList,
    Description: 'x',
  }),
  'InvalidParameter.PortRange': call('CreatePortRangeList', { ...newPortList, 'Entry.1.PortRange': '-1/-1' }),
  'InvalidParameter.PortRangeDuplicated': call('CreatePortRangeList', {
    ...newPortList,
    'Entry.1.PortRange': '80/80',
    'Entry.2.PortRange': '80/80',
  }),
  'InvalidOperation.MaxEntriesCountExceed': call('CreatePortRangeList', {
    ...newPortList,
    MaxEntries: '2001',
  }),
  'InvalidOperation.EntryCountExceedMaxEntries': call('CreatePortRangeList', {
    ...newPortList,
    MaxEntries: '1',
    'Entry.1.PortRange': '80/80',
    'Entry.2.PortRange': '81/81',
  }),
  'LimitExceed.MaxEntries (port list)': call('ModifyPortRangeList', {
    PortRangeListId: 'prl-spare',
    'AddEntry.1.PortRange': '80/80',
    'AddEntry.2.PortRange': '81/81',
  }),
  'InvalidOperation.MaxCountExceed': call('CreatePortRangeList', newPortList, {
    state: {
      portRangeLists: numbers(1000).map((n) => ({ RegionId: REGION, PortRangeListId: `prl-${String(n)}` })),
    },
  }),
  'LimitExceed.PortRangeListId': call(
    'DescribePortRangeLists',
    many(101, (n) => ({ [`PortRangeListId.${String(n)}`]: `prl-${String(n)}` })),
  ),
  'InvalidPortRangeListId.AssociationExist': call('DeletePortRangeList', { PortRangeListId: 'prl-app' }),
};

/** Codes of the vendor's tables that no request can provoke here, and why. */
const NOT_EMULATED: Readonly<Record<string, string>> = {
  InternalError: 'a failure of the service: the fault "error" makes one',
  ServiceUnavailable: 'a failure of the service: the fault "error" makes one',
  'InvalidClientToken.ValueNotSupported': 'tokens are the gateway’s business',
  'InvalidOperation.SecurityGroupNotAuthorized':
    'takes a second account: groups shared between accounts are not emulated',
  VPCDisabled: 'VPCs have no state here',
  'InvalidGressFlow.Malformed': 'of 2021, without any condition',
  'NotSupported.GrayFunction': 'of 2021, while prefix lists were by invitation',
  IncorrectVpcStatus: 'VPCs have no state here',
  'InvalidOperation.DeletionProtection': 'set by container clusters, which are not emulated',
  TaskConflict: 'changes of lists end at once here',
  'InvalidOperation.Conflict': 'changes of lists end at once here',
  'InvalidMaxEntries.LessThanCurrentEntries': 'no action can change MaxEntries',
  IncorrectInstanceStatus: 'instances have no state here',
  InstanceLockedForSecurity: 'instances have no state here',
  'MissingParameter.Source (2019 text)':
    'the page of 2019 has two codes for one mistake; we answer the other, MissingParameter',
  AclLimitExceed: 'access points are not emulated',
};

const NAMES = Object.keys(REFUSALS) as Refusal[];

describe('every refusal', () => {
  it.each(NAMES)('every refusal: %s', (name) => {
    const attempt = ATTEMPTS[name];
    expect(attempt, 'a request that provokes it').toBeDefined();
    if (attempt === undefined) return;
    const world = new EmulatedWorld(attempt.state, attempt.quirks);
    const before = structuredClone(dumpState(world.state));
    const result = world.call(attempt.action, attempt.params);
    const [status, message] = REFUSALS[name];
    expect(result).toEqual({
      ok: false,
      status,
      code: codeOf(name),
      message: message.replace('%s', attempt.subject ?? '<subject>'),
    });
    expect(world.state.version).toBe(0);
    expect(dumpState(world.state)).toEqual(before);
  });

  it.each(NAMES)('%s: is named by its code', (name) => {
    expect(codeOf(name)).toBe(name.split(' ')[0]);
  });

  it('is told from those that cannot be provoked', () => {
    const provoked = new Set(NAMES.map(codeOf));
    expect(Object.keys(NOT_EMULATED).filter((code) => provoked.has(code))).toEqual([]);
  });
});

describe('codes that differ between the pages', () => {
  const missingPort = { PortRange: '' };
  const cases: ReadonlyArray<readonly [what: string, attempt: Attempt, status: number, code: string]> = [
    [
      'managed, authorize out',
      { ...addsOut({}), params: { ...addsOut({}).params, SecurityGroupId: 'sg-managed' } },
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, revoke',
      call('RevokeSecurityGroup', { SecurityGroupId: 'sg-managed', 'SecurityGroupRuleId.1': 'sgr-m1' }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, modify',
      call('ModifySecurityGroupRule', {
        SecurityGroupId: 'sg-managed',
        SecurityGroupRuleId: 'sgr-m1',
        PortRange: '2/2',
      }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, policy',
      call('ModifySecurityGroupPolicy', { SecurityGroupId: 'sg-managed', InnerAccessPolicy: 'drop' }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, rename',
      call('ModifySecurityGroupAttribute', { SecurityGroupId: 'sg-managed', SecurityGroupName: 'mine' }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, delete',
      call('DeleteSecurityGroup', { SecurityGroupId: 'sg-managed' }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    [
      'managed, join',
      call('JoinSecurityGroup', { SecurityGroupId: 'sg-managed', InstanceId: 'i-1' }),
      403,
      'InvalidOperation.ResourceManagedByCloudProduct',
    ],
    ['no port range, authorize', adds(missingPort), 400, 'InvalidPortRange.Malformed'],
    ['no port range, 2019', flat(missingPort, LEGACY), 400, 'InvalidIpProtocol.Malformed'],
    ['protocol and ports, revoke', revokes({ PortRange: '-1/-1' }), 400, 'InvalidIpPortRange.Malformed'],
    [
      'protocol and ports, modify',
      modifies('sgr-out', { IpProtocol: 'tcp' }, { action: 'ModifySecurityGroupEgressRule' }),
      400,
      'InvalidParam.ProtocolAndPortRangeMismatch',
    ],
    ['protocol and ports, 2019', flat({ IpProtocol: 'gre' }, LEGACY), 400, 'OperationDenied'],
    ['no protocol, authorize', adds({ IpProtocol: '' }), 400, 'OperationDenied'],
    ['no protocol, revoke', revokes({ IpProtocol: '' }), 400, 'InvalidIpProtocol.ValueNotSupported'],
    [
      'protocol number outside its regions',
      adds({ IpProtocol: '47', PortRange: '-1/-1' }),
      400,
      'InvalidIpProtocol.ValueNotSupported',
    ],
    [
      'rule of the other direction, modify',
      modifies('sgr-out', { PortRange: '-1/-1' }),
      404,
      'InvalidSecurityGroupRuleId.NotFound',
    ],
    [
      'rule of the other direction, revoke',
      call('RevokeSecurityGroup', { ...web, 'SecurityGroupRuleId.1': 'sgr-out' }),
      404,
      'InvalidSecurityGroupRuleId.NotFound',
    ],
    [
      'both forms of revoke',
      call('RevokeSecurityGroup', { ...web, 'SecurityGroupRuleId.1': 'sgr-v4', ...permission(1, rule) }),
      400,
      'InvalidParam.Permissions',
    ],
    [
      '101 permissions',
      call('AuthorizeSecurityGroup', {
        ...web,
        ...many(101, (n) => permission(n, { ...rule, PortRange: `${String(n)}/${String(n)}` })),
      }),
      400,
      'InvalidParam.Permissions',
    ],
    [
      '101 rule ids',
      call('RevokeSecurityGroup', {
        ...web,
        ...many(101, (n) => ({ [`SecurityGroupRuleId.${String(n)}`]: `sgr-${String(n)}` })),
      }),
      400,
      'InvalidParam.SecurityGroupRuleId',
    ],
    [
      'bad port text in the second entry',
      { ...adds({}), params: { ...adds({}).params, ...permission(2, { ...rule, PortRange: 'x' }) } },
      400,
      'InvalidParam.PortRange',
    ],
    [
      'format before existence',
      call('AuthorizeSecurityGroup', {
        SecurityGroupId: 'sg-nowhere',
        ...permission(1, { ...rule, Policy: 'x' }),
      }),
      400,
      'InvalidPolicy.Malformed',
    ],
    [
      'existence before meaning',
      adds({ ...toGroup('sg-web'), PortRange: '', PortRangeListId: 'prl-nowhere' }),
      400,
      'InvalidPortRangeListId.NotFound',
    ],
    ['peer group of another region', adds(toGroup('sg-north')), 404, 'InvalidSourceGroupId.NotFound'],
    [
      'source ports -1/-1 for TCP',
      adds({ SourcePortRange: '-1/-1' }),
      400,
      'InvalidSourcePortRange.Malformed',
    ],
    [
      'source ports for ICMP',
      adds({ IpProtocol: 'icmp', PortRange: '-1/-1', SourcePortRange: '1/2' }),
      400,
      'InvalidSourcePortRange.Malformed',
    ],
    [
      'equal IPv6 sides',
      adds({ SourceCidrIp: '', Ipv6SourceCidrIp: '::/0', Ipv6DestCidrIp: '0::/0' }),
      400,
      'InvalidParamter.Conflict',
    ],
    [
      'port list in a classic network',
      addsTo('sg-classic', { PortRange: '', PortRangeListId: 'prl-app' }),
      400,
      'InvalidSecurityGroup.InvalidNetworkType',
    ],
    [
      'IPv6 own side in a classic network',
      addsTo('sg-classic', { ...toGroup('sg-classic2'), Ipv6DestCidrIp: '::/0' }),
      400,
      'InvalidSecurityGroup.InvalidNetworkType',
    ],
    [
      'own group as peer, egress, 2019',
      call(
        'AuthorizeSecurityGroupEgress',
        { ...web, IpProtocol: 'TCP', PortRange: '1/1', DestGroupId: 'sg-web' },
        LEGACY,
      ),
      403,
      'InvalidParamter.Conflict',
    ],
    [
      'ICMP and a list of IPv6',
      adds({ ...toList('pl-v6'), IpProtocol: 'icmp', PortRange: '-1/-1' }),
      400,
      'InvalidParam.Ipv4ProtocolConflictWithIpv6Address',
    ],
    [
      'ICMPv6 and a list of IPv4',
      adds({ ...toList('pl-v4'), IpProtocol: 'icmpv6', PortRange: '-1/-1' }),
      400,
      'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
    ],
    [
      'resource group of another form',
      call('JoinResourceGroup', {
        ResourceType: 'securitygroup',
        ResourceId: 'sg-web',
        ResourceGroupId: 'x',
      }),
      404,
      'InvalidResourceGroup.NotFound',
    ],
    ['a tag key twice', tagging({ 'Tag.2.Key': 'tier' }), 400, 'Duplicate.TagKey'],
    ['tags of an unknown region', tagging({ RegionId: 'mars-1' }), 404, 'InvalidRegionId.NotFound'],
    ['no tag keys', tagging({ 'Tag.1.Key': '' }, 'UntagResources'), 404, 'MissingParameter.Tags'],
    [
      'neither groups nor tags',
      tagging({ 'ResourceId.1': '', 'Tag.1.Key': '' }, 'ListTagResources'),
      404,
      'MissingParameter.ResourceIds',
    ],
    ['internet in a VPC', adds({ NicType: 'internet' }), 400, 'InvalidNicType.ValueNotSupported'],
    ['enterprise peer', adds(toGroup('sg-ent')), 400, 'InvalidGroupAuthParameter.OperationDenied'],
    [
      'more than ten groups',
      call(
        'DescribeSecurityGroupReferences',
        many(11, (n) => ({ [`SecurityGroupId.${String(n)}`]: `sg-${String(n)}` })),
      ),
      400,
      'InvalidSecurityGroupId.Malformed',
    ],
  ];

  it.each(cases)('codes that differ between the pages: %s', (_what, attempt, status, code) => {
    const world = new EmulatedWorld(attempt.state, attempt.quirks);
    expect(world.call(attempt.action, attempt.params)).toMatchObject({ ok: false, status, code });
    expect(world.state.version).toBe(0);
  });
});
