// Refusals of the actions on rules; see ../actions/refusals.ts.
import type { Row } from '../actions/refusal-row.ts';

/** Pages AuthorizeSecurityGroup(Egress), RevokeSecurityGroup(Egress), ModifySecurityGroupRule / EgressRule. */
// prettier-ignore
export const RULE_FORMAT = {
  OperationDenied: [400, 'The specified IpProtocol does not exist or IpProtocol and PortRange do not match.'],
  'InvalidIpProtocol.Malformed': [400, 'The specified parameter PortRange is not valid.'],
  'InvalidIpProtocol.Malformed (2019)': [400, 'The specified parameter "PortRange" is not valid.', 'InvalidIpProtocol.Malformed'],
  'InvalidIpProtocol.ValueNotSupported': [400, 'The parameter %s must be specified with case insensitive TCP, UDP, ICMP, GRE or All.'],
  'InvalidIpPortRange.Malformed': [400, 'The specified parameter PortRange is not valid.'],
  'InvalidPortRange.Malformed': [400, 'The specified parameter PortRange must set.'],
  'InvalidParam.PortRange': [400, 'The specified parameter %s is not valid. It should be two integers less than 65535 in ?/? format.'],
  'InvalidParam.PortRange (2019)': [400, 'Please specify the PortRange or SourcePortRange in integer, less than 65535, and separate the range with ? /?.', 'InvalidParam.PortRange'],
  'InvalidSourcePortRange.Malformed': [400, 'The specified parameter SourcePortRange is not valid.'],
  'InvalidSourceCidrIp.Malformed': [400, 'The specified parameter SourceCidrIp is not valid.'],
  'InvalidDestCidrIp.Malformed': [400, 'The specified parameter DestCidrIp is not valid.'],
  'InvalidDestCidrIp.sMalformed': [400, 'The specified parameter "DestCidrIp" is not valid.'], // RevokeSecurityGroupEgress
  'InvalidParam.SourceCidrIp': [400, 'The specified parameter %s is not valid.'],
  'InvalidParam.DestCidrIp': [400, 'The specified parameter %s is not valid.'],
  'InvalidParam.Ipv6SourceCidrIp': [400, 'The specified parameter %s is not valid.'],
  'InvalidParam.Ipv6DestCidrIp': [400, 'The specified parameter %s is not valid.'],
  'InvalidParameter.Ipv6CidrIp': [400, 'The specified Ipv6CidrIp is not valid.'],
  ILLEGAL_IPV6_CIDR: [400, 'The specified parameter %s is not valid.'], // ours; 2019
  'InvalidParam.SourceIp': [400, 'The Parameters SourceCidrIp and Ipv6SourceCidrIp in %s cannot be set at the same time.'],
  'InvalidParam.SourceIp (2019)': [400, 'The specified parameter %s is not valid.', 'InvalidParam.SourceIp'], // ours
  'InvalidParam.DestIp': [400, 'The Parameters DestCidrIp and Ipv6DestCidrIp in %s cannot be set at the same time.'],
  'InvalidParam.DestIp (2019)': [400, 'The specified parameter %s is not valid.', 'InvalidParam.DestIp'], // ours
  'InvalidParameter.Conflict': [400, 'IPv6 and IPv4 addresses cannot exist at the same time.'],
  'InvalidParam.Ipv4ProtocolConflictWithIpv6Address': [400, 'IPv6 address cannot be specified for IPv4-specific protocol.'],
  'InvalidParam.Ipv6ProtocolConflictWithIpv4Address': [400, 'IPv4 address cannot be specified for IPv6-specific protocol.'],
  'InvalidParamter.Conflict (same address)': [400, 'The specified SourceCidrIp should be different from the DestCidrIp.', 'InvalidParamter.Conflict'],
  'InvalidPolicy.Malformed': [400, 'The specified parameter %s is not valid.'],
  'InvalidPolicy.Malformed (2019)': [400, 'The specified parameter "Policy" is not valid.', 'InvalidPolicy.Malformed'],
  'InvalidPriority.Malformed': [400, 'The parameter Priority is invalid.'],
  'InvalidPriority.ValueNotSupported': [400, 'The specified parameter %s is invalid.'],
  'InvalidPriority.ValueNotSupported (modify)': [400, 'The parameter Priority is invalid.', 'InvalidPriority.ValueNotSupported'],
  'InvalidSecurityGroupDiscription.Malformed (rule)': [400, 'The specified security group rule description is not valid.', 'InvalidSecurityGroupDiscription.Malformed'],
  'InvalidNicType.ValueNotSupported': [400, 'The specified NicType does not exist.'],
  'MissingParameter.Source': [400, 'One of the parameters SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId in %s must be specified.'],
  'MissingParameter.Dest': [400, 'One of the parameters DestCidrIp, Ipv6DestCidrIp, DestGroupId or DestPrefixListId in %s must be specified.'],
  'MissingParameter (ingress, 2019)': [403, 'The input parameter "SourceGroupId" or "SourceCidrIp" cannot be both blank.', 'MissingParameter'],
  'MissingParameter (egress, 2019)': [403, 'The input parameter "DestGroupId" or "DestCidrIp" cannot be both blank.', 'MissingParameter'],
  'MissingParameter (revoke, 2019)': [400, 'The input parameter SourceGroupId or SourceCidrIp cannot be both blank.', 'MissingParameter'],
  'InvalidParam.ProtocolNotSupportPortRangeList': [400, 'The specified protocol does not support the port range list.'],
  'InvalidParam.Permissions': [400, 'The specified parameter Permissions cannot coexist with other parameters.'],
  'InvalidParam.DuplicatePermissions': [400, 'There are duplicate permissions in the specified parameter Permissions.'],
  'InvalidParam.SecurityGroupRuleId': [400, 'The specified parameter SecurityGroupRuleId is not valid.'],
  'InvalidParam.SecurityGroupRuleIdRepeated': [400, 'The specified parameter SecurityGroupRuleId is repeated.'],
} as const satisfies Record<string, Row>;

/** The same pages: what is looked up, and what the state forbids. */
// prettier-ignore
export const RULE_MEANING = {
  'InvalidNicType.Mismatch': [400, 'The specified NicType conflicts with the authorization record.'],
  'InvalidNicType.Mismatch (2019)': [400, 'Specified nic type conflicts with the authorization record.', 'InvalidNicType.Mismatch'],
  'InvalidNicType.Mismatch (revoke)': [403, 'The specified NicType conflicts with the authorization record.', 'InvalidNicType.Mismatch'],
  'InvalidSourceGroupId.Mismatch (vpc)': [400, 'Specified security group and source group are not in the same VPC.', 'InvalidSourceGroupId.Mismatch'],
  'InvalidDestGroupId.Mismatch (vpc)': [400, 'Specified security group and destination group are not in the same VPC.', 'InvalidDestGroupId.Mismatch'],
  'InvalidSourceGroupId.Mismatch (nic)': [403, 'NicType is required or NicType expects intrnet.', 'InvalidSourceGroupId.Mismatch'],
  'InvalidDestGroupId.Mismatch (nic)': [403, 'NicType is required or NicType expects intranet.', 'InvalidDestGroupId.Mismatch'],
  'InvalidSourceGroup.NotFound': [400, 'Specified source security group does not exist.'],
  'InvalidDestGroup.NotFound': [400, 'Specified destination security group does not exist.'],
  'InvalidSourceGroupId.NotFound': [404, 'The SourceGroupId provided does not exist in our records.'],
  'InvalidDestGroupId.NotFound': [404, 'The DestGroupId provided does not exist in our records.'],
  'InvalidParamter.Conflict (same group)': [403, 'The specified SecurityGroupId should be different from the SourceGroupId.', 'InvalidParamter.Conflict'],
  'InvalidParamter.Conflict (same group, revoke)': [400, 'The specified SecurityGroupId should be different from the SourceGroupId.', 'InvalidParamter.Conflict'],
  'InvalidSecurityGroup.IsSame': [403, 'The authorized SecurityGroupId should be different from the DestGroupId.'],
  'InvalidNetworkType.Mismatch': [403, 'The specified SecurityGroup network type should be same with SourceGroup network type (vpc or classic).'],
  'InvalidNetworkType.Conflict': [403, 'The specified SecurityGroup network type should be same with SourceGroup network type (vpc or classic).'],
  'InvalidSecurityGroup.InvalidNetworkType': [400, 'The specified security group network type is not support this operation, please check the security group network types. For VPC security groups, ClassicLink must be enabled.'],
  'InvalidGroupParameter.OperationDenied': [400, 'The attributes Policy, SourceGroupId, DestGroupId of enterprise level security groups are not allowed to be set or modified.'],
  'InvalidGroupAuthParameter.OperationDenied': [400, 'The security group can not authorize to enterprise level security group.'],
  'NotSupported.ClassicNetworkPrefixList': [400, 'The prefix list is not supported when the network type of security group is classic.'],
  'InvalidPrefixListId.NotFound': [404, 'The specified prefix list was not found.'],
  'InvalidPortRangeListId.NotFound': [400, 'The specified port range list was not found.'],
  'InvalidParam.PrefixListAddressFamilyMismatch': [400, 'The address family of the specified prefix list does not match the specified CidrIp.'],
  'InvalidParam.PrefixListAddressFamilyMismatch (modify)': [400, 'The address family of the prefix list does not match the rule.', 'InvalidParam.PrefixListAddressFamilyMismatch'],
  AuthorizationLimitExceed: [403, 'The limit of authorization records in the security group reaches.'],
  'AuthorizationLimitExceed (modify)': [400, 'The limit of authorization records in the security group reaches.', 'AuthorizationLimitExceed'],
  'AuthorizedGroupRule.LimitExceed': [400, 'You have reached the limit on the number of group authorization rules that you can add to a security group.When authorization object of rule is security group, the limit is %s.'],
  'LimitExceed.PrefixListAssociationResource': [403, 'The number of resources associated with the prefix list exceeds the limit.'],
  'InvalidOperation.ResourceManagedByCloudProduct': [
    403,
    'The specified security group %s is managed by a cloud product.', // ours
  ],
} as const satisfies Record<string, Row>;

/** Pages ModifySecurityGroupRule and RevokeSecurityGroup(Egress): what concerns a rule that is there or not. */
// prettier-ignore
export const RULE_TARGET = {
  'SecurityGroupRule.NotFound': [404, 'The target security group rule not exist.'],
  'InvalidSecurityGroupRuleId.NotFound': [404, 'The specified SecurityGroupRuleId is not exists.'],
  'InvalidGroupAuthItem.NotFound': [403, 'Specified group authorized item does not exist in our records.'], // Revoke
  'InvalidSecurityGroupRule.RuleNotExist': [400, 'The specified rule does not exist.'],
  'InvalidOperation.ModifySgRuleEntityType': [400, 'The source or destination type of the rules cannot be modified.'],
  'InvalidOperation.ModifyNicType': [400, 'NicType is not allowed to modify.'],
  'InvalidOperation.ModifyPortRangeType': [400, 'The PortRange type is not allowed to be modified. You cannot modify a rule from using the port list to not using it, and vice versa.'],
  'InvalidOperation.RuleDuplicate': [400, 'The modified rule is the same as the rule %s.'], // ours
  'InvalidParam.InvalidModifyRuleRequest': [400, 'The request parameters are illegal.'],
  'InvalidParam.ProtocolAndPortRangeMismatch': [400, 'The specified Protocol and PortRange do not match.'],
  'InvalidParam.ProtocolAndAddressFamilyMismatch': [400, 'The specified Protocol and address family do not match.'],
  'InvalidSourceOrDestGroupId.DirectionMissmatch': [400, 'The specified SourceGroupId or DestGroupId does not match the direction of the rule.'],
} as const satisfies Record<string, Row>;
