// Reads of prefix lists: the lists, one list with its entries, and who uses it.
import type { ActionHandler, World } from '../action.ts';
import type { PrefixList } from '../state.ts';
import { seen } from '../actions/contents.ts';
import { LIST_IDS_MAX, readListFilter, readPage } from './list-fields.ts';
import { askedList, PREFIX_LISTS, readRegion } from './list-kinds.ts';
import { list, text } from '../actions/params.ts';
import { usersOfList } from '../groups/references.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { prefixListOf } from '../rules/rule-book.ts';

export const describePrefixLists: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const regionId = readRegion(request);
  const ids = new Set(list(params, 'PrefixListId'));
  if (ids.size > LIST_IDS_MAX) throw refuse('LimitExceed.PrefixListId');
  const family = text(params, 'AddressFamily');
  if (!['', 'IPv4', 'IPv6'].includes(family)) throw refuse('InvalidParameter (prefix list)', 'AddressFamily');
  const name = text(params, 'PrefixListName');
  const accepts = readListFilter(params, 'InvalidParameter (prefix list)');
  const contents = seen(world);
  if (!isKnownRegion(contents, regionId)) throw refuse('InvalidRegionId.NotFound');
  const found = contents.prefixLists.filter(
    (each) =>
      each.RegionId === regionId &&
      each.OwnerId === accountId &&
      (ids.size === 0 || ids.has(each.PrefixListId)) &&
      (family === '' || each.AddressFamily === family) &&
      (name === '' || each.PrefixListName === name) &&
      accepts(each),
  );
  const page = readPage(found, params, ({ PrefixListId }) => PrefixListId, world);
  if (page === undefined) throw refuse('InvalidParameter (prefix list)', 'MaxResults or NextToken');
  return {
    NextToken: page.nextToken,
    PrefixLists: {
      PrefixList: page.items.map((each) => ({
        PrefixListId: each.PrefixListId,
        PrefixListName: each.PrefixListName,
        AddressFamily: each.AddressFamily,
        MaxEntries: each.MaxEntries,
        AssociationCount: usersOf(each, world).length,
        Description: each.Description,
        CreationTime: each.CreationTime,
        ResourceGroupId: each.ResourceGroupId,
        Tags: { Tag: each.Tags },
      })),
    },
  };
};

export const describePrefixListAttributes: ActionHandler = (request, world) => {
  const found = askedList(request, seen(world), PREFIX_LISTS);
  return {
    PrefixListId: found.PrefixListId,
    PrefixListName: found.PrefixListName,
    AddressFamily: found.AddressFamily,
    MaxEntries: found.MaxEntries,
    Description: found.Description,
    CreationTime: found.CreationTime,
    Entries: { Entry: found.Entries },
  };
};

export const describePrefixListAssociations: ActionHandler = (request, world) => {
  const users = usersOf(askedList(request, seen(world), PREFIX_LISTS), world);
  const page = readPage(users, request.params, ({ SecurityGroupId }) => SecurityGroupId, world);
  if (page === undefined) throw refuse('InvalidParameter (prefix list)', 'MaxResults or NextToken');
  return {
    NextToken: page.nextToken,
    PrefixListAssociations: {
      PrefixListAssociation: page.items.map(({ SecurityGroupId }) => ({
        ResourceId: SecurityGroupId,
        ResourceType: 'securitygroup',
      })),
    },
  };
};

const usersOf = (prefixList: PrefixList, world: World) =>
  usersOfList(seen(world), prefixList, (rule) => prefixListOf(rule) === prefixList.PrefixListId);
