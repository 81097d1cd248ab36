// Writes to prefix lists. Address family and MaxEntries are fixed at creation; what rules use can't be deleted.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import type { PrefixList } from '../state.ts';
import { change } from './contents.ts';
import { isGroupDescription } from './create-group.ts';
import { isListName, isSameList, minuteStamp } from './list-fields.ts';
import { integer, text, type Params } from './params.ts';
import { changedEntries, readEntries } from './prefix-list-entries.ts';
import { usersOfList } from './references.ts';
import { refuse } from './refusals.ts';
import { isKnownRegion } from './regions.ts';
import { prefixListOf } from './rule-book.ts';
import { findPrefixList } from './rule-check.ts';
import { readNewTags } from './tags.ts';

/** Source: "Limits and quotas on ECS", 2026. */
const LISTS_PER_REGION_MAX = 100;
const MAX_ENTRIES_MOST = 200;

export const createPrefixList: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const wanted = readNewList(params);
  if (!isKnownRegion(world.state, wanted.RegionId)) throw refuse('InvalidRegionId.NotFound');
  if (!/^(rg-[\w-]{1,64})?$/.test(wanted.ResourceGroupId))
    throw refuse('InvalidResourceGroup.NotFound (list)');
  refuseTooMany(wanted.RegionId, request, world);
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
  const RegionId = required(params, 'RegionId');
  const PrefixListName = required(params, 'PrefixListName');
  if (!isListName(PrefixListName)) throw refuse('InvalidParameter.PrefixListName');
  const AddressFamily = required(params, 'AddressFamily');
  if (AddressFamily !== 'IPv4' && AddressFamily !== 'IPv6') throw refuse('InvalidParameter.AddressFamily');
  const MaxEntries = integer(required(params, 'MaxEntries'));
  if (MaxEntries === undefined || MaxEntries < 1 || MaxEntries > MAX_ENTRIES_MOST) {
    throw refuse('InvalidParameter (prefix list)', 'MaxEntries');
  }
  const Description = readDescription(params);
  const Tags = readNewTags(params);
  const Entries = readEntries(params, 'Entry', AddressFamily);
  if (Entries.length > MaxEntries) throw refuse('LimitExceed.MaxEntries (prefix list)');
  const ResourceGroupId = text(params, 'ResourceGroupId');
  return { RegionId, PrefixListName, AddressFamily, MaxEntries, Description, Tags, Entries, ResourceGroupId };
}

function required(params: Params, name: string): string {
  const value = text(params, name);
  if (value === '') throw refuse('MissingParameter (prefix list)', name);
  return value;
}

function readDescription(params: Params): string {
  const description = text(params, 'Description');
  if (!isGroupDescription(description)) throw refuse('InvalidDescription.Malformed (prefix list)');
  return description;
}

function refuseTooMany(regionId: string, { accountId }: ActionRequest, { state }: World): void {
  const own = state.prefixLists.filter(
    ({ RegionId, OwnerId }) => RegionId === regionId && OwnerId === accountId,
  );
  if (own.length >= LISTS_PER_REGION_MAX) throw refuse('LimitExceed.PrefixListPerRegion');
}

/** Name and description that are left out stay as they are. */
export const modifyPrefixList: ActionHandler = (request, world) => {
  const { params } = request;
  const place = readPlace(request);
  const name = text(params, 'PrefixListName');
  if (name !== '' && !isListName(name)) throw refuse('InvalidParameter.PrefixListName');
  const description = readDescription(params);
  const list = listOf(place, world);
  const removed = readEntries(params, 'RemoveEntry', list.AddressFamily);
  const added = readEntries(params, 'AddEntry', list.AddressFamily);
  const Entries = changedEntries(list.Entries, removed, added);
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
  const list = listOf(readPlace(request), world);
  const users = usersOfList(state, list, (rule) => prefixListOf(rule) === list.PrefixListId);
  if (users.length > 0) throw refuse('NotAllowed.AssociationExist');
  change(world, { prefixLists: state.prefixLists.filter((each) => each !== list) });
  return {};
};

interface Place {
  readonly RegionId: string;
  readonly OwnerId: string;
  readonly prefixListId: string;
}

function readPlace({ params, accountId }: ActionRequest): Place {
  const RegionId = required(params, 'RegionId');
  return { RegionId, OwnerId: accountId, prefixListId: required(params, 'PrefixListId') };
}

function listOf(place: Place, { state }: World): PrefixList {
  if (!isKnownRegion(state, place.RegionId)) throw refuse('InvalidRegionId.NotFound');
  const list = findPrefixList(state, place.prefixListId, place);
  if (list === undefined) throw refuse('InvalidPrefixListId.NotFound');
  return list;
}
