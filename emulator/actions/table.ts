// Every action that the emulator answers, by the name that requests use.
import type { ActionHandler } from '../action.ts';
import { authorize } from './authorize.ts';
import {
  deleteSecurityGroup,
  modifySecurityGroupAttribute,
  modifySecurityGroupPolicy,
} from './change-group.ts';
import { createSecurityGroup } from './create-group.ts';
import { describeSecurityGroupAttribute } from './describe-attribute.ts';
import { describeSecurityGroups } from './describe-groups.ts';
import {
  describePortRangeListAssociations,
  describePortRangeListEntries,
  describePortRangeLists,
} from './describe-port-lists.ts';
import {
  describePrefixListAssociations,
  describePrefixListAttributes,
  describePrefixLists,
} from './describe-prefix-lists.ts';
import { joinSecurityGroup, leaveSecurityGroup } from './membership.ts';
import { modifyRule } from './modify-rule.ts';
import { createPortRangeList, deletePortRangeList, modifyPortRangeList } from './port-lists.ts';
import { createPrefixList, deletePrefixList, modifyPrefixList } from './prefix-lists.ts';
import { describeSecurityGroupReferences } from './references.ts';
import { describeRegions } from './regions.ts';
import { revoke } from './revoke.ts';

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
