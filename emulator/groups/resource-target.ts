// The groups that an action on resources of any kind names by `ResourceType` and `ResourceId`. Of the kinds of resource,
// only security groups are emulated.
import { list, type Params } from '../actions/params.ts';
import { refuse, required } from '../actions/refusals.ts';
import type { Contents, SecurityGroup } from '../state.ts';
import { findGroup } from './group-target.ts';
import { isKnownRegion } from './regions.ts';

const RESOURCE_IDS_MAX = 50;

/** The region, once the kind of resource is one that is here. */
export function readResourceRegion(params: Params): string {
  const regionId = required(params, 'RegionId', 'MissingParameter.RegionId (tags)');
  const type = required(params, 'ResourceType', 'MissingParameter.ResourceType');
  if (type !== 'securitygroup') throw refuse('InvalidResourceType.NotFound');
  return regionId;
}

/** The ids of `ResourceId.N`; none if there are none. */
export function readResourceIds(params: Params): string[] {
  const ids = list(params, 'ResourceId');
  if (ids.length > RESOURCE_IDS_MAX) throw refuse('NumberExceed.ResourceIds');
  return ids;
}

/** The same; throws if there are none. */
export function readSomeResourceIds(params: Params): string[] {
  const ids = readResourceIds(params);
  if (ids.length === 0) throw refuse('MissingParameter.ResourceIds');
  return ids;
}

/** The caller's groups of these ids, each once; throws if one is not there. */
export function resourceGroups(
  contents: Contents,
  regionId: string,
  ids: readonly string[],
  accountId: string,
): SecurityGroup[] {
  if (!isKnownRegion(contents, regionId)) throw refuse('InvalidRegionId.NotFound');
  return [...new Set(ids)].map((securityGroupId) => {
    const group = findGroup(contents, { regionId, securityGroupId }, accountId);
    if (group === undefined) throw refuse('InvalidResourceId.NotFound');
    return group;
  });
}

/** Resource groups are not emulated: an id of the right form exists. */
export const isResourceGroupId = (value: string): boolean => /^rg-[\w-]{1,64}$/.test(value);
