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
  describeLists,
  describeListUsers,
  describePortRangeListEntries,
  describePrefixListAttributes,
} from '../lists/describe-lists.ts';
import { PORT_LISTS, PREFIX_LISTS } from '../lists/list-kinds.ts';
import { createList, deleteList, modifyList } from '../lists/write-lists.ts';
import { joinSecurityGroup, leaveSecurityGroup } from '../groups/membership.ts';
import { modifyRule } from '../rules/modify-rule.ts';
import { describeSecurityGroupReferences } from '../groups/references.ts';
import { describeRegions } from '../groups/regions.ts';
import { joinResourceGroup, listTagResources, tagResources, untagResources } from '../groups/tag-groups.ts';
import { revoke } from '../rules/revoke.ts';

export const ACTIONS: ReadonlyMap<string, ActionHandler> = new Map(
  Object.entries({
    AuthorizeSecurityGroup: authorize('ingress'),
    AuthorizeSecurityGroupEgress: authorize('egress'),
    CreatePortRangeList: createList(PORT_LISTS),
    CreatePrefixList: createList(PREFIX_LISTS),
    CreateSecurityGroup: createSecurityGroup,
    DeletePortRangeList: deleteList(PORT_LISTS),
    DeletePrefixList: deleteList(PREFIX_LISTS),
    DeleteSecurityGroup: deleteSecurityGroup,
    DescribePortRangeListAssociations: describeListUsers(PORT_LISTS),
    DescribePortRangeListEntries: describePortRangeListEntries,
    DescribePortRangeLists: describeLists(PORT_LISTS),
    DescribePrefixListAssociations: describeListUsers(PREFIX_LISTS),
    DescribePrefixListAttributes: describePrefixListAttributes,
    DescribePrefixLists: describeLists(PREFIX_LISTS),
    DescribeRegions: describeRegions,
    DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
    DescribeSecurityGroupReferences: describeSecurityGroupReferences,
    DescribeSecurityGroups: describeSecurityGroups,
    JoinResourceGroup: joinResourceGroup,
    JoinSecurityGroup: joinSecurityGroup,
    LeaveSecurityGroup: leaveSecurityGroup,
    ListTagResources: listTagResources,
    ModifyPortRangeList: modifyList(PORT_LISTS),
    ModifyPrefixList: modifyList(PREFIX_LISTS),
    ModifySecurityGroupAttribute: modifySecurityGroupAttribute,
    ModifySecurityGroupEgressRule: modifyRule('egress'),
    ModifySecurityGroupPolicy: modifySecurityGroupPolicy,
    ModifySecurityGroupRule: modifyRule('ingress'),
    RevokeSecurityGroup: revoke('ingress'),
    RevokeSecurityGroupEgress: revoke('egress'),
    TagResources: tagResources,
    UntagResources: untagResources,
  }),
);
