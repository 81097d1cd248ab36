// Refusals of the actions on groups and their members; see ../actions/refusals.ts.
import type { Row } from '../actions/refusal-row.ts';

/**
 * Pages DescribeSecurityGroupAttribute, DescribeSecurityGroups, DescribeSecurityGroupReferences,
 * CreateSecurityGroup, DeleteSecurityGroup, ModifySecurityGroupAttribute, ModifySecurityGroupPolicy; the pages
 * JoinSecurityGroup and LeaveSecurityGroup as of 2021.
 */
// prettier-ignore
export const GROUP = {
  MissingRegionId: [400, 'RegionId is mandatory for this action.'],
  MissingSecurityGroupId: [400, 'SecurityGroupId is mandatory for this action.'],
  'MissingParameter.RegionId (attribute)': [400, 'The parameter RegionId is missing.', 'MissingParameter.RegionId'],
  'MissingParameter.RegionId (groups)': [400, 'The input parameter RegionId that is mandatory for processing this request is not supplied.', 'MissingParameter.RegionId'],
  'InvalidRegionId.NotFound': [404, 'The specified RegionId does not exist.'],
  'InvalidSecurityGroupId.Malformed': [400, 'The specified parameter SecurityGroupId is not valid.'],
  'InvalidSecurityGroupId.NotFound': [404, 'The specified SecurityGroupId does not exist.'],
  InvalidParamter: [400, 'Invalid Parameter.'],
  'InvalidParameter.AttributeNotSupported': [400, 'The specified value for parameter Attribute is not supported. Valid values: snapshotPolicyIds.'],
  'NotSupported.PageNumberAndPageSize': [400, 'The parameters PageNumber and PageSize are currently not supported, please use NextToken and MaxResults instead.'],
  'InValidParameter.NextToken': [400, 'The parameter NextToken is invalid.'],
  'InvalidParameter.SecurityGroupType': [400, 'The specified SecurityGroupType is not valid.'],
  'InvalidParameter (groups)': [400, 'The specified parameter %s is not valid.', 'InvalidParameter'], // ours
  DryRunOperation: [400, 'Request validation has been passed with DryRun flag set.'],
  'InvalidSecurityGroupName.Malformed': [400, 'The specified parameter SecurityGroupName is not valid.'],
  'InvalidDescription.Malformed': [400, 'The specified parameter "Description" is not valid.'],
  'InvalidSecurityGroupDiscription.Malformed (group)': [400, 'Specified security group description is not valid.', 'InvalidSecurityGroupDiscription.Malformed'],
  'InvalidTagKey.Malformed': [400, 'Specified tag key is not valid.'],
  'InvalidTagValue.Malformed': [400, 'Specified tag value is not valid.'],
  'Duplicate.TagKey': [400, 'The Tag.N.Key contain duplicate key.'],
  'QuotaExceed.Tags': [403, 'The maximum number of tags is %s.'], // ours
  'InvalidParams.GroupType': [400, 'The specified security group type is not valid.'],
  'InvalidParams.VpcIdGroupType': [400, 'Only VPC instance supports enterprise level security group.'],
  'InvalidVpcId.NotFound (missing)': [403, 'The VpcId must not empty when only support vpc vm.', 'InvalidVpcId.NotFound'],
  'InvalidVpcId.NotFound': [404, 'Specified VPC does not exist.'],
  'InvalidResourceGroup.NotFound': [404, 'The ResourceGroup provided does not exist in our records.'],
  'QuotaExceed.SecurityGroup': [403, 'The maximum number of security groups is reached.'],
  'MissingParameter.RegionId (delete)': [400, 'The parameter "RegionId" should not be null.', 'MissingParameter.RegionId'],
  'InvalidSecurityGroup.NotFound': [404, 'The specified security group is not found.'],
  'DependencyViolation (members)': [403, 'There is still instance(s) in the specified security group.', 'DependencyViolation'],
  'DependencyViolation (references)': [403, 'The specified security group has been authorized in another one.', 'DependencyViolation'],
  'InvalidSecurityGroupName.Malformed (modify)': [400, 'Specified security group name is not valid.', 'InvalidSecurityGroupName.Malformed'],
  'InvalidParameter (group)': [400, 'The specified parameter is not valid.', 'InvalidParameter'], // ours
  'MissingParamter.RegionId': [400, 'The RegionId should not be null.'],
  'InvalidSecurityGroupId.Malformed (policy)': [400, 'The SecurityGroupId is invalid. Only letters, numbers and underscores are supported. Maximum length is 100 characters.', 'InvalidSecurityGroupId.Malformed'],
  'InvalidPolicy.Malformed (policy)': [400, "The Policy is invalid. Only 'Accept' and 'Drop' are supported. Ignore case.", 'InvalidPolicy.Malformed'],
  'InvalidParameter.InnerAccessPolicy': [404, "The InnerAccessPolicy attribute of enterprise level security group can't be modified."],
  'InvalidInstanceId.Malformed': [400, 'The specified parameter "InstanceId" is not valid.'],
  'InvalidInstanceId.Mismatch': [400, 'Specified instance and security group are not in the same VPC.'],
  'InvalidInstanceId.NotFound': [404, 'The specified InstanceId does not exist.'],
  'InvalidInstanceId.AlreadyExists': [403, 'The specified instance already exists in the specified security group.'],
  InstanceSecurityGroupLimitExceeded: [400, 'Exceeding the allowed amount of security groups that an instance can be in.'],
  SecurityGroupInstanceLimitExceeded: [403, 'The maximum number of instances in a security group is exceeded.'],
} as const satisfies Record<string, Row>;
