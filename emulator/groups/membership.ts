// JoinSecurityGroup and LeaveSecurityGroup, as far as groups are concerned: instances and network interfaces
// are no more than ids here, which exist as soon as something names them.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import type { SecurityGroup } from '../state.ts';
import { replaceGroup } from '../actions/contents.ts';
import { isGroupId, refuseManaged } from './group-target.ts';
import { text, type Params } from '../actions/params.ts';
import { refuse, required } from '../actions/refusals.ts';

/** Groups that one interface may be in. Source: "Limits and quotas on ECS", 2026. */
const GROUPS_PER_MEMBER_MAX = 10;
/** Private addresses that a group can hold. Source: the same page. */
export const GROUP_CAPACITY = { normal: 6000, enterprise: 65_536 };

export const joinSecurityGroup: ActionHandler = (request, world) => {
  const { member, group } = readMembership(request, world);
  if (group.Members.includes(member)) throw refuse('InvalidInstanceId.AlreadyExists');
  const others = world.state.securityGroups.filter(({ Members }) => Members.includes(member));
  if (others.some(({ VpcId }) => VpcId !== group.VpcId)) throw refuse('InvalidInstanceId.Mismatch');
  if (others.length >= GROUPS_PER_MEMBER_MAX) throw refuse('InstanceSecurityGroupLimitExceeded');
  if (group.Members.length >= GROUP_CAPACITY[group.SecurityGroupType]) {
    throw refuse('SecurityGroupInstanceLimitExceeded');
  }
  replaceGroup(world, group, { ...group, Members: [...group.Members, member] });
  return {};
};

export const leaveSecurityGroup: ActionHandler = (request, world) => {
  const { member, group } = readMembership(request, world);
  if (!group.Members.includes(member)) throw refuse('InvalidInstanceId.NotFound');
  replaceGroup(world, group, { ...group, Members: group.Members.filter((each) => each !== member) });
  return {};
};

/** The region may be left out: ids are unique over all of them. */
function readMembership(
  { params, accountId }: ActionRequest,
  { state }: World,
): { member: string; group: SecurityGroup } {
  const securityGroupId = required(params, 'SecurityGroupId', 'MissingSecurityGroupId');
  if (!isGroupId(securityGroupId)) throw refuse('InvalidSecurityGroupId.Malformed');
  const member = readMember(params);
  const regionId = text(params, 'RegionId');
  const group = state.securityGroups.find(
    (each) =>
      each.SecurityGroupId === securityGroupId &&
      each.OwnerId === accountId &&
      (regionId === '' || each.RegionId === regionId),
  );
  if (group === undefined) throw refuse('InvalidSecurityGroupId.NotFound');
  refuseManaged(group);
  return { member, group };
}

/** Exactly one of the two ids. */
function readMember(params: Params): string {
  const instanceId = text(params, 'InstanceId');
  const interfaceId = text(params, 'NetworkInterfaceId');
  const valid =
    interfaceId === '' ? /^i-[\w-]{1,64}$/.test(instanceId) : instanceId === '' && isEni(interfaceId);
  if (!valid) throw refuse('InvalidInstanceId.Malformed');
  return instanceId || interfaceId;
}

const isEni = (value: string): boolean => /^eni-[\w-]{1,64}$/.test(value);
