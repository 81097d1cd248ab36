// Reads of port range lists: the lists, the entries of one, and who uses it. These actions are newer than the
// rest of the API: their arrays come plain, without the wrapping object.
import type { ActionHandler, World } from '../action.ts';
import type { PortRangeList } from '../state.ts';
import { seen } from '../actions/contents.ts';
import { LIST_IDS_MAX, readListFilter, readPage } from './list-fields.ts';
import { askedList, PORT_LISTS, readRegion } from './list-kinds.ts';
import { list, text } from '../actions/params.ts';
import { usersOfList } from '../groups/references.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';

export const describePortRangeLists: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const regionId = readRegion(request);
  const ids = new Set(list(params, 'PortRangeListId'));
  if (ids.size > LIST_IDS_MAX) throw refuse('LimitExceed.PortRangeListId');
  const name = text(params, 'PortRangeListName');
  const accepts = readListFilter(params, 'InvalidParameter (port list)');
  const contents = seen(world);
  if (!isKnownRegion(contents, regionId)) throw refuse('InvalidRegionId.NotFound (port list)');
  const found = contents.portRangeLists.filter(
    (each) =>
      each.RegionId === regionId &&
      each.OwnerId === accountId &&
      (ids.size === 0 || ids.has(each.PortRangeListId)) &&
      (name === '' || each.PortRangeListName === name) &&
      accepts(each),
  );
  const page = readPage(found, params, ({ PortRangeListId }) => PortRangeListId, world);
  if (page === undefined) throw refuse('InvalidParameter (port list)');
  return {
    NextToken: page.nextToken,
    PortRangeLists: page.items.map((each) => ({
      PortRangeListId: each.PortRangeListId,
      PortRangeListName: each.PortRangeListName,
      MaxEntries: each.MaxEntries,
      AssociationCount: usersOf(each, world).length,
      Description: each.Description,
      CreationTime: each.CreationTime,
      ResourceGroupId: each.ResourceGroupId,
      Tags: each.Tags,
    })),
  };
};

export const describePortRangeListEntries: ActionHandler = (request, world) => ({
  Entries: askedList(request, seen(world), PORT_LISTS).Entries,
});

export const describePortRangeListAssociations: ActionHandler = (request, world) => {
  const users = usersOf(askedList(request, seen(world), PORT_LISTS), world);
  const page = readPage(users, request.params, ({ SecurityGroupId }) => SecurityGroupId, world);
  if (page === undefined) throw refuse('InvalidParameter (port list)');
  return {
    NextToken: page.nextToken,
    PortRangeListAssociations: page.items.map(({ SecurityGroupId }) => ({
      ResourceId: SecurityGroupId,
      ResourceType: 'SecurityGroup',
    })),
  };
};

const usersOf = (portList: PortRangeList, world: World) =>
  usersOfList(seen(world), portList, (rule) => rule.PortRangeListId === portList.PortRangeListId);
