// TagResources, UntagResources and ListTagResources for groups, and JoinResourceGroup: what decides which policy a group
// comes under can change while the rules stay.
import type { ActionHandler, World } from '../action.ts';
import { change, replaceGroup, seen } from '../actions/contents.ts';
import { pageOf, seedSource } from '../actions/paging.ts';
import { boolean, list, text, type Params } from '../actions/params.ts';
import { refuse, required } from '../actions/refusals.ts';
import { questionOf } from '../lists/list-fields.ts';
import type { SecurityGroup, Tag } from '../state.ts';
import {
  isResourceGroupId,
  readResourceIds,
  readResourceRegion,
  readSomeResourceIds,
  resourceGroups,
} from './resource-target.ts';
import { hasTags, isTagText, readTagFilter, readTags, TAGS_MAX } from './tags.ts';

/** Entries on a page of ListTagResources; its page has no parameter for it, and no number. */
const TAG_PAGE = 50;

/** A key that a group has gets the new value. All groups get their tags, or none does. */
export const tagResources: ActionHandler = ({ params, accountId }, world) => {
  const regionId = readResourceRegion(params);
  const ids = readSomeResourceIds(params);
  const tags = readGivenTags(params);
  const groups = resourceGroups(world.state, regionId, ids, accountId);
  retag(world, groups, (group) => {
    const Tags = [...without(group.Tags, new Set(tags.map(({ TagKey }) => TagKey))), ...tags];
    if (Tags.length > TAGS_MAX) throw refuse('OperationDenied.QuotaExceed');
    return Tags;
  });
  return {};
};

function readGivenTags(params: Params): Tag[] {
  const tags = readTags(params);
  if (tags.length === 0) throw refuse('MissingParameter.Tags');
  if (tags.length > TAGS_MAX) throw refuse('NumberExceed.Tags');
  for (const { TagKey, TagValue } of tags) {
    if (TagKey === '' || !isTagText(TagKey)) throw refuse('InvalidTagKey.Malformed (tags)');
    if (!isTagText(TagValue)) throw refuse('InvalidTagValue.Malformed (tags)');
  }
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) throw refuse('Duplicate.TagKey');
  return tags;
}

/** Keys that a group does not have are no error. */
export const untagResources: ActionHandler = ({ params, accountId }, world) => {
  const regionId = readResourceRegion(params);
  const ids = readSomeResourceIds(params);
  const keys = list(params, 'TagKey');
  const all = readAll(params);
  if (keys.length > TAGS_MAX) throw refuse('NumberExceed.Tags');
  if (all && keys.length > 0) throw refuse('Param.Conflict');
  if (!all && keys.length === 0) throw refuse('MissingParameter.Tags');
  const groups = resourceGroups(world.state, regionId, ids, accountId);
  retag(world, groups, ({ Tags }) => (all ? [] : without(Tags, new Set(keys))));
  return {};
};

function readAll(params: Params): boolean {
  const value = text(params, 'All');
  const all = value === '' ? false : boolean(value);
  if (all === undefined) throw refuse('InvalidParameter (tags)', 'All');
  return all;
}

const without = (tags: readonly Tag[], keys: ReadonlySet<string>): Tag[] =>
  tags.filter(({ TagKey }) => !keys.has(TagKey));

/** Gives each group its new tags, as one change; none if all have them already. */
function retag(
  world: World,
  groups: readonly SecurityGroup[],
  tagsOf: (group: SecurityGroup) => readonly Tag[],
): void {
  const tagged = new Map<SecurityGroup, SecurityGroup>();
  for (const group of groups) {
    const Tags = tagsOf(group);
    if (!isSame(group.Tags, Tags)) tagged.set(group, { ...group, Tags });
  }
  if (tagged.size === 0) return;
  change(world, { securityGroups: world.state.securityGroups.map((each) => tagged.get(each) ?? each) });
}

const isSame = (before: readonly Tag[], after: readonly Tag[]): boolean =>
  before.length === after.length &&
  after.every(({ TagKey, TagValue }) =>
    before.some((tag) => tag.TagKey === TagKey && tag.TagValue === TagValue),
  );

/** One entry for each tag of each group that is named, or that has all the tags asked for. */
export const listTagResources: ActionHandler = ({ params, accountId }, world) => {
  const regionId = readResourceRegion(params);
  const ids = readResourceIds(params);
  const wanted = readWanted(params);
  if (ids.length === 0 && wanted.length === 0) throw refuse('MissingParameter.ResourceIds');
  const contents = seen(world);
  const named = resourceGroups(contents, regionId, ids, accountId);
  const candidates =
    ids.length > 0
      ? named
      : contents.securityGroups.filter(
          ({ RegionId, OwnerId }) => RegionId === regionId && OwnerId === accountId,
        );
  const found = candidates.filter(({ Tags }) => hasTags(Tags, wanted)).flatMap(tagEntries);
  const request = {
    maxResults: TAG_PAGE,
    nextToken: text(params, 'NextToken'),
    question: questionOf(params),
  };
  const page = pageOf(
    found,
    request,
    ({ ResourceId, TagKey }) => `${ResourceId} ${TagKey}`,
    seedSource(world),
  );
  if (page === undefined) throw refuse('InvalidParameter (tags)', 'NextToken');
  return { NextToken: page.nextToken, TagResources: { TagResource: page.items } };
};

function readWanted(params: Params): Tag[] {
  const wanted = readTagFilter(params);
  if (wanted === undefined) throw refuse('NumberExceed.Tags');
  if (wanted.some(({ TagKey }) => TagKey === '')) throw refuse('InvalidParameter.TagValue');
  return wanted;
}

const tagEntries = ({ SecurityGroupId, Tags }: SecurityGroup) =>
  Tags.map(({ TagKey, TagValue }) => ({
    ResourceId: SecurityGroupId,
    ResourceType: 'securitygroup',
    TagKey,
    TagValue,
  }));

export const joinResourceGroup: ActionHandler = ({ params, accountId }, world) => {
  const regionId = readResourceRegion(params);
  const id = required(params, 'ResourceId', 'MissingParameter.ResourceIds');
  const ResourceGroupId = required(params, 'ResourceGroupId', 'InvalidParameter (tags)');
  if (!isResourceGroupId(ResourceGroupId)) throw refuse('InvalidResourceGroup.NotFound');
  for (const group of resourceGroups(world.state, regionId, [id], accountId)) {
    if (group.ResourceGroupId !== ResourceGroupId) replaceGroup(world, group, { ...group, ResourceGroupId });
  }
  return {};
};
