// Which rule operation is being answered. The pages of the operations share their parameters and most of their
// codes; where they differ, the difference is chosen by these fields.
import type { ActionRequest, World } from '../action.ts';
import type { Direction, SecurityGroup } from '../state.ts';
import { isKnownRegion } from './regions.ts';
import { refuse } from './refusals.ts';
import { text, type Params } from './params.ts';

export interface RuleCall {
  readonly operation: 'authorize' | 'revoke' | 'modify';
  readonly direction: Direction;
  /** Answer as the manual of 2019 says. */
  readonly legacy: boolean;
}

export const ruleCall = (operation: RuleCall['operation'], direction: Direction, world: World): RuleCall => ({
  operation,
  direction,
  legacy: world.quirks.apiLevel === 'legacy2019',
});

/** The parameter names of a direction: the peer is where an ingress rule's traffic comes from. */
export const SIDES = {
  ingress: { peer: 'Source', own: 'Dest' },
  egress: { peer: 'Dest', own: 'Source' },
} as const;

/** The group that a write names; format only. */
export interface GroupTarget {
  readonly regionId: string;
  readonly securityGroupId: string;
}

export function readGroupTarget(params: Params): GroupTarget {
  const regionId = text(params, 'RegionId');
  const securityGroupId = text(params, 'SecurityGroupId');
  if (regionId === '') throw refuse('MissingRegionId');
  if (securityGroupId === '') throw refuse('MissingSecurityGroupId');
  if (!isGroupId(securityGroupId)) throw refuse('InvalidSecurityGroupId.Malformed');
  return { regionId, securityGroupId };
}

export const isGroupId = (value: string): boolean => /^sg-[\w-]{1,64}$/.test(value);

/** The caller's own group of that region, or a refusal. Groups of cloud products may be read, not written. */
export function writableGroup(target: GroupTarget, request: ActionRequest, world: World): SecurityGroup {
  if (!isKnownRegion(world.state, target.regionId)) throw refuse('InvalidRegionId.NotFound');
  const group = world.state.securityGroups.find(
    (each) =>
      each.SecurityGroupId === target.securityGroupId &&
      each.RegionId === target.regionId &&
      each.OwnerId === request.accountId,
  );
  if (group === undefined) throw refuse('InvalidSecurityGroupId.NotFound');
  if (group.ServiceManaged) {
    throw refuse('InvalidOperation.ResourceManagedByCloudProduct', target.securityGroupId);
  }
  return group;
}
