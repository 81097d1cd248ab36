// CreateSecurityGroup, and the forms of a group's name and description.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import type { SecurityGroup } from '../state.ts';
import { change, timestamp } from '../actions/contents.ts';
import { lengthIn, text, type Params } from '../actions/params.ts';
import type { Quirks } from '../quirks.ts';
import { refuse, required, type Refusal } from '../actions/refusals.ts';
import { isKnownRegion } from './regions.ts';
import { isResourceGroupId } from './resource-target.ts';
import { readNewTags } from './tags.ts';

/** Groups of one account in one region. Source: "Limits and quotas on ECS", 2026, where it can be raised. */
export const GROUPS_MAX = 100;

/** Made by the API a group has no rules; basic groups let their members talk to each other. */
export const createSecurityGroup: ActionHandler = (request, world) => {
  const { params } = request;
  const wanted = readNewGroup(params, world);
  checkPlace(wanted, world);
  refuseTooMany(wanted.RegionId, request, world);
  const group: SecurityGroup = {
    ...wanted,
    SecurityGroupId: world.newId('sg-'),
    InnerAccessPolicy: wanted.SecurityGroupType === 'enterprise' ? 'Drop' : 'Accept',
    ServiceManaged: false,
    CreationTime: timestamp(world.nowMs()),
    OwnerId: request.accountId,
    Members: [],
    Permissions: [],
  };
  change(world, { securityGroups: [...world.state.securityGroups, group] });
  return { SecurityGroupId: group.SecurityGroupId };
};

type NewGroup = ReturnType<typeof readNewGroup>;

function readNewGroup(params: Params, { quirks }: World) {
  const RegionId = required(params, 'RegionId', 'MissingRegionId');
  const Description = text(params, 'Description');
  if (!isGroupDescription(Description, quirks)) {
    throw refuse(
      isLink(Description)
        ? 'InvalidDescription.Malformed'
        : 'InvalidSecurityGroupDiscription.Malformed (group)',
    );
  }
  return {
    RegionId,
    SecurityGroupName: readGroupName(params),
    Description,
    VpcId: text(params, 'VpcId'),
    SecurityGroupType: readGroupType(text(params, 'SecurityGroupType')),
    ResourceGroupId: text(params, 'ResourceGroupId'),
    Tags: readNewTags(params),
  };
}

/** 2 to 128 characters beginning with a letter (of any script), no link. */
export function readGroupName(
  params: Params,
  malformed: Refusal = 'InvalidSecurityGroupName.Malformed',
): string {
  const name = text(params, 'SecurityGroupName');
  if (name === '' || (/^\p{L}[\p{L}\p{N}._:-]{1,127}$/u.test(name) && !isLink(name))) return name;
  throw refuse(malformed);
}

const isLink = (value: string): boolean => /^https?:\/\//i.test(value);

/** Nothing, or 2 to 256 characters that aren't a link. */
export function isGroupDescription(
  value: string,
  { descriptionUnit }: Pick<Quirks, 'descriptionUnit'>,
): boolean {
  const length = lengthIn(descriptionUnit, value);
  return length === 0 || (length >= 2 && length <= 256 && !isLink(value));
}

function readGroupType(value: string): SecurityGroup['SecurityGroupType'] {
  if (value === '' || value === 'normal') return 'normal';
  if (value === 'enterprise') return value;
  throw refuse('InvalidParams.GroupType');
}

/** VPCs and resource groups aren't emulated: an id of the right form exists. Classic networks ended after 2019. */
function checkPlace(group: NewGroup, { state, quirks }: World): void {
  if (!isKnownRegion(state, group.RegionId)) throw refuse('InvalidRegionId.NotFound');
  if (group.VpcId === '') {
    if (group.SecurityGroupType === 'enterprise') throw refuse('InvalidParams.VpcIdGroupType');
    if (quirks.apiLevel === 'current') throw refuse('InvalidVpcId.NotFound (missing)');
  } else if (!/^vpc-[\w-]{1,64}$/.test(group.VpcId)) {
    throw refuse('InvalidVpcId.NotFound');
  }
  if (group.ResourceGroupId !== '' && !isResourceGroupId(group.ResourceGroupId))
    throw refuse('InvalidResourceGroup.NotFound');
}

function refuseTooMany(regionId: string, { accountId }: ActionRequest, { state }: World): void {
  const own = state.securityGroups.filter(
    ({ RegionId, OwnerId }) => RegionId === regionId && OwnerId === accountId,
  );
  if (own.length >= GROUPS_MAX) throw refuse('QuotaExceed.SecurityGroup');
}
