// Writes to a group itself: rename, inner access policy, delete.
import type { ActionHandler } from '../action.ts';
import { change, replaceGroup } from '../actions/contents.ts';
import { isGroupDescription, readGroupName } from './create-group.ts';
import { isGroupId, readGroupTarget, refuseManaged, visibleGroup, writableGroup } from './group-target.ts';
import { text } from '../actions/params.ts';
import { referencesTo } from './references.ts';
import { refuse, required } from '../actions/refusals.ts';

/** Fields that are left out stay as they are. */
export const modifySecurityGroupAttribute: ActionHandler = (request, world) => {
  const { params } = request;
  const target = readGroupTarget(params);
  const name = readGroupName(params, 'InvalidSecurityGroupName.Malformed (modify)');
  const description = text(params, 'Description');
  if (!isGroupDescription(description, world.quirks)) {
    throw refuse('InvalidSecurityGroupDiscription.Malformed (group)');
  }
  if (name === '' && description === '') throw refuse('InvalidParameter (group)');
  const group = writableGroup(target, request, world);
  const SecurityGroupName = name || group.SecurityGroupName;
  const Description = description || group.Description;
  if (SecurityGroupName !== group.SecurityGroupName || Description !== group.Description) {
    replaceGroup(world, group, { ...group, SecurityGroupName, Description });
  }
  return {};
};

const INNER_ACCESS = new Map<string, 'Accept' | 'Drop'>([
  ['accept', 'Accept'],
  ['drop', 'Drop'],
]);

export const modifySecurityGroupPolicy: ActionHandler = (request, world) => {
  const { params } = request;
  const regionId = required(params, 'RegionId', 'MissingParamter.RegionId');
  const securityGroupId = text(params, 'SecurityGroupId');
  if (!isGroupId(securityGroupId)) throw refuse('InvalidSecurityGroupId.Malformed (policy)');
  const InnerAccessPolicy = INNER_ACCESS.get(text(params, 'InnerAccessPolicy').toLowerCase());
  if (InnerAccessPolicy === undefined) throw refuse('InvalidPolicy.Malformed (policy)');
  const group = writableGroup({ regionId, securityGroupId }, request, world);
  if (group.SecurityGroupType === 'enterprise') throw refuse('InvalidParameter.InnerAccessPolicy');
  if (group.InnerAccessPolicy !== InnerAccessPolicy) {
    replaceGroup(world, group, { ...group, InnerAccessPolicy });
  }
  return {};
};

/** Refused while anything is in the group, or any other group's rule names it. */
export const deleteSecurityGroup: ActionHandler = ({ params, accountId }, world) => {
  const { state } = world;
  const regionId = required(params, 'RegionId', 'MissingParameter.RegionId (delete)');
  const securityGroupId = required(params, 'SecurityGroupId', 'MissingSecurityGroupId');
  const target = { regionId, securityGroupId };
  const group = visibleGroup(state, target, accountId, 'InvalidSecurityGroup.NotFound');
  refuseManaged(group);
  if (group.Members.length > 0) throw refuse('DependencyViolation (members)');
  if (referencesTo(state, securityGroupId).length > 0) throw refuse('DependencyViolation (references)');
  change(world, { securityGroups: state.securityGroups.filter((each) => each !== group) });
  return {};
};
