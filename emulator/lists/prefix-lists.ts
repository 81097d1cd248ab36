// Writes to prefix lists. Address family and MaxEntries are fixed at creation; what rules use can't be deleted.
import type { ActionHandler } from '../action.ts';
import type { PrefixList } from '../state.ts';
import { change } from '../actions/contents.ts';
import { isListName, isSameList, minuteStamp } from './list-fields.ts';
import {
  changedEntries,
  listOf,
  PREFIX_LISTS,
  readListDescription,
  readListTarget,
  refuseFullRegion,
  required,
} from './list-kinds.ts';
import { integer, text, type Params } from '../actions/params.ts';
import { readEntries } from './prefix-list-entries.ts';
import { usersOfList } from '../groups/references.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { prefixListOf } from '../rules/rule-book.ts';
import { readNewTags } from '../groups/tags.ts';

/** Source: "Limits and quotas on ECS", 2026. */
const MAX_ENTRIES_MOST = 200;

export const createPrefixList: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const wanted = readNewList(params);
  if (!isKnownRegion(world.state, wanted.RegionId)) throw refuse('InvalidRegionId.NotFound');
  if (!/^(rg-[\w-]{1,64})?$/.test(wanted.ResourceGroupId))
    throw refuse('InvalidResourceGroup.NotFound (list)');
  refuseFullRegion({ RegionId: wanted.RegionId, OwnerId: accountId }, world.state, PREFIX_LISTS);
  const list: PrefixList = {
    ...wanted,
    PrefixListId: world.newId('pl-'),
    CreationTime: minuteStamp(world.nowMs()),
    OwnerId: accountId,
  };
  change(world, { prefixLists: [...world.state.prefixLists, list] });
  return { PrefixListId: list.PrefixListId };
};

function readNewList(params: Params): Omit<PrefixList, 'PrefixListId' | 'CreationTime' | 'OwnerId'> {
  const RegionId = required(params, 'RegionId', PREFIX_LISTS);
  const PrefixListName = required(params, 'PrefixListName', PREFIX_LISTS);
  if (!isListName(PrefixListName)) throw refuse('InvalidParameter.PrefixListName');
  const AddressFamily = required(params, 'AddressFamily', PREFIX_LISTS);
  if (AddressFamily !== 'IPv4' && AddressFamily !== 'IPv6') throw refuse('InvalidParameter.AddressFamily');
  const MaxEntries = integer(required(params, 'MaxEntries', PREFIX_LISTS));
  if (MaxEntries === undefined || MaxEntries < 1 || MaxEntries > MAX_ENTRIES_MOST) {
    throw refuse('InvalidParameter (prefix list)', 'MaxEntries');
  }
  const Description = readListDescription(params, PREFIX_LISTS);
  const Tags = readNewTags(params);
  const Entries = readEntries(params, 'Entry', AddressFamily);
  if (Entries.length > MaxEntries) throw refuse('LimitExceed.MaxEntries (prefix list)');
  const ResourceGroupId = text(params, 'ResourceGroupId');
  return { RegionId, PrefixListName, AddressFamily, MaxEntries, Description, Tags, Entries, ResourceGroupId };
}

/** Name and description that are left out stay as they are. */
export const modifyPrefixList: ActionHandler = (request, world) => {
  const { params } = request;
  const target = readListTarget(request, PREFIX_LISTS);
  const name = text(params, 'PrefixListName');
  if (name !== '' && !isListName(name)) throw refuse('InvalidParameter.PrefixListName');
  const description = readListDescription(params, PREFIX_LISTS);
  const list = listOf(target, world.state, PREFIX_LISTS);
  const removed = readEntries(params, 'RemoveEntry', list.AddressFamily);
  const added = readEntries(params, 'AddEntry', list.AddressFamily);
  const Entries = changedEntries(list.Entries, { removed, added }, ({ Cidr }) => Cidr, PREFIX_LISTS);
  if (Entries.length > list.MaxEntries) throw refuse('LimitExceed.MaxEntries (prefix list)');
  if (name === '' && description === '' && removed.length + added.length === 0) {
    throw refuse('MissingParameter (prefix list)', 'AddEntry');
  }
  const next = {
    ...list,
    PrefixListName: name || list.PrefixListName,
    Description: description || list.Description,
    Entries,
  };
  if (isSameList(list, next)) return {};
  change(world, { prefixLists: world.state.prefixLists.map((each) => (each === list ? next : each)) });
  return {};
};

export const deletePrefixList: ActionHandler = (request, world) => {
  const { state } = world;
  const list = listOf(readListTarget(request, PREFIX_LISTS), state, PREFIX_LISTS);
  const users = usersOfList(state, list, (rule) => prefixListOf(rule) === list.PrefixListId);
  if (users.length > 0) throw refuse('NotAllowed.AssociationExist');
  change(world, { prefixLists: state.prefixLists.filter((each) => each !== list) });
  return {};
};
