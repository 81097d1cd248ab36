// Every action that the emulator answers, by the name that requests use.
import type { ActionHandler } from '../action.ts';
import { authorize } from './authorize.ts';
import { createSecurityGroup } from './create-group.ts';
import { describeSecurityGroupAttribute } from './describe-attribute.ts';
import { describeSecurityGroups } from './describe-groups.ts';
import { modifyRule } from './modify-rule.ts';
import { describeRegions } from './regions.ts';
import { revoke } from './revoke.ts';

export const ACTIONS: ReadonlyMap<string, ActionHandler> = new Map(
  Object.entries({
    AuthorizeSecurityGroup: authorize('ingress'),
    AuthorizeSecurityGroupEgress: authorize('egress'),
    CreateSecurityGroup: createSecurityGroup,
    DescribeRegions: describeRegions,
    DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
    DescribeSecurityGroups: describeSecurityGroups,
    ModifySecurityGroupEgressRule: modifyRule('egress'),
    ModifySecurityGroupRule: modifyRule('ingress'),
    RevokeSecurityGroup: revoke('ingress'),
    RevokeSecurityGroupEgress: revoke('egress'),
  }),
);
