// Every action that the emulator answers, by the name that requests use.
import type { ActionHandler } from '../action.ts';
import { authorize } from '../rules/authorize.ts';
import {
  deleteSecurityGroup,
  modifySecurityGroupAttribute,
  modifySecurityGroupPolicy,
} from '../groups/change-group.ts';
import { createSecurityGroup } from '../groups/create-group.ts';
import { describeSecurityGroupAttribute } from '../rules/describe-attribute.ts';
import { describeSecurityGroups } from '../groups/describe-groups.ts';
import {
  describePortRangeListAssociations,
  describePortRangeListEntries,
  describePortRangeLists,
} from '../lists/describe-port-lists.ts';
import {
  describePrefixListAssociations,
  describePrefixListAttributes,
  describePrefixLists,
} from '../lists/describe-prefix-lists.ts';
import { joinSecurityGroup, leaveSecurityGroup } from '../groups/membership.ts';
import { modifyRule } from '../rules/modify-rule.ts';
import { createPortRangeList, deletePortRangeList, modifyPortRangeList } from '../lists/port-lists.ts';
import { createPrefixList, deletePrefixList, modifyPrefixList } from '../lists/prefix-lists.ts';
import { describeSecurityGroupReferences } from '../groups/references.ts';
import { describeRegions } from '../groups/regions.ts';
import { revoke } from '../rules/revoke.ts';

export const ACTIONS: ReadonlyMap<string, ActionHandler> = new Map(
  Object.entries({
    AuthorizeSecurityGroup: authorize('ingress'),
    AuthorizeSecurityGroupEgress: authorize('egress'),
    CreatePortRangeList: createPortRangeList,
    CreatePrefixList: createPrefixList,
    CreateSecurityGroup: createSecurityGroup,
    DeletePortRangeList: deletePortRangeList,
    DeletePrefixList: deletePrefixList,
    DeleteSecurityGroup: deleteSecurityGroup,
    DescribePortRangeListAssociations: describePortRangeListAssociations,
    DescribePortRangeListEntries: describePortRangeListEntries,
    DescribePortRangeLists: describePortRangeLists,
    DescribePrefixListAssociations: describePrefixListAssociations,
    DescribePrefixListAttributes: describePrefixListAttributes,
    DescribePrefixLists: describePrefixLists,
    DescribeRegions: describeRegions,
    DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
    DescribeSecurityGroupReferences: describeSecurityGroupReferences,
    DescribeSecurityGroups: describeSecurityGroups,
    JoinSecurityGroup: joinSecurityGroup,
    LeaveSecurityGroup: leaveSecurityGroup,
    ModifyPortRangeList: modifyPortRangeList,
    ModifyPrefixList: modifyPrefixList,
    ModifySecurityGroupAttribute: modifySecurityGroupAttribute,
    ModifySecurityGroupEgressRule: modifyRule('egress'),
    ModifySecurityGroupPolicy: modifySecurityGroupPolicy,
    ModifySecurityGroupRule: modifyRule('ingress'),
    RevokeSecurityGroup: revoke('ingress'),
    RevokeSecurityGroupEgress: revoke('egress'),
  }),
);
