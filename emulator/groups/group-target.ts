// The group that a request names: its id's form, and finding it.
import type { ActionRequest, World } from '../action.ts';
import type { Contents, SecurityGroup } from '../state.ts';
import type { Params } from '../actions/params.ts';
import { refuse, required, type Refusal } from '../actions/refusals.ts';
import { isKnownRegion } from './regions.ts';

/** The group that a write names; format only. */
export interface GroupTarget {
  readonly regionId: string;
  readonly securityGroupId: string;
}

export function readGroupTarget(params: Params): GroupTarget {
  const regionId = required(params, 'RegionId', 'MissingRegionId');
  const securityGroupId = required(params, 'SecurityGroupId', 'MissingSecurityGroupId');
  if (!isGroupId(securityGroupId)) throw refuse('InvalidSecurityGroupId.Malformed');
  return { regionId, securityGroupId };
}

export const isGroupId = (value: string): boolean => /^sg-[\w-]{1,64}$/.test(value);

/** The caller's group of that id and region; groups of other accounts can't be seen. */
export const findGroup = (
  { securityGroups }: Pick<Contents, 'securityGroups'>,
  { regionId, securityGroupId }: GroupTarget,
  accountId: string,
): SecurityGroup | undefined =>
  securityGroups.find(
    (each) =>
      each.SecurityGroupId === securityGroupId && each.RegionId === regionId && each.OwnerId === accountId,
  );

/** The same group, or a refusal. */
export function visibleGroup(
  contents: Contents,
  target: GroupTarget,
  accountId: string,
  notFound: Refusal = 'InvalidSecurityGroupId.NotFound',
): SecurityGroup {
  if (!isKnownRegion(contents, target.regionId)) throw refuse('InvalidRegionId.NotFound');
  const group = findGroup(contents, target, accountId);
  if (group === undefined) throw refuse(notFound);
  return group;
}

/** The group to write to, or a refusal. Groups of cloud products may be read, not written. */
export function writableGroup(
  target: GroupTarget,
  { accountId }: ActionRequest,
  world: World,
): SecurityGroup {
  const group = visibleGroup(world.state, target, accountId);
  refuseManaged(group);
  return group;
}

export function refuseManaged({ ServiceManaged, SecurityGroupId }: SecurityGroup): void {
  if (ServiceManaged) throw refuse('InvalidOperation.ResourceManagedByCloudProduct', SecurityGroupId);
}
