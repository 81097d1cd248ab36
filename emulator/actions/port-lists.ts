// Writes to port range lists. MaxEntries is fixed at creation; what rules use can't be deleted.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import type { PortRangeList, PortRangeListEntry } from '../state.ts';
import { change } from './contents.ts';
import { isGroupDescription } from './create-group.ts';
import {
  ENTRIES_PER_CALL_MAX,
  firstRepeated,
  isEntryDescription,
  isListName,
  isSameList,
  minuteStamp,
} from './list-fields.ts';
import { entries, integer, text, type Params } from './params.ts';
import { usersOfList } from './references.ts';
import { refuse } from './refusals.ts';
import { isKnownRegion } from './regions.ts';
import { findPortList } from './rule-check.ts';
import { canonicalPorts } from './ports.ts';
import { readNewTags } from './tags.ts';

/** Source: "Limits and quotas on ECS", 2026. */
const LISTS_PER_REGION_MAX = 1000;
const MAX_ENTRIES_MOST = 2000;

export const createPortRangeList: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const wanted = readNewList(params);
  if (!isKnownRegion(world.state, wanted.RegionId)) throw refuse('InvalidRegionId.NotFound (port list)');
  if (!/^(rg-[\w-]{1,64})?$/.test(wanted.ResourceGroupId)) throw refuse('InvalidParameter (port list)');
  refuseTooMany(wanted.RegionId, request, world);
  const list: PortRangeList = {
    ...wanted,
    PortRangeListId: world.newId('prl-'),
    CreationTime: minuteStamp(world.nowMs()),
    OwnerId: accountId,
  };
  change(world, { portRangeLists: [...world.state.portRangeLists, list] });
  return { PortRangeListId: list.PortRangeListId };
};

function readNewList(params: Params): Omit<PortRangeList, 'PortRangeListId' | 'CreationTime' | 'OwnerId'> {
  const RegionId = required(params, 'RegionId');
  const PortRangeListName = required(params, 'PortRangeListName');
  if (!isListName(PortRangeListName)) throw refuse('InvalidParameter.PortRangeListName');
  const MaxEntries = integer(required(params, 'MaxEntries'));
  if (MaxEntries === undefined || MaxEntries < 1) throw refuse('InvalidParameter (port list)');
  if (MaxEntries > MAX_ENTRIES_MOST) throw refuse('InvalidOperation.MaxEntriesCountExceed');
  const Description = readDescription(params);
  const Tags = readNewTags(params);
  const Entries = readEntries(params, 'Entry');
  if (Entries.length > MaxEntries) throw refuse('InvalidOperation.EntryCountExceedMaxEntries');
  const ResourceGroupId = text(params, 'ResourceGroupId');
  return { RegionId, PortRangeListName, MaxEntries, Description, Tags, Entries, ResourceGroupId };
}

function required(params: Params, name: string): string {
  const value = text(params, name);
  if (value === '') throw refuse('MissingParameter (port list)');
  return value;
}

function readDescription(params: Params): string {
  const description = text(params, 'Description');
  if (!isGroupDescription(description)) throw refuse('InvalidDescription.Malformed (port list)');
  return description;
}

/** The entries of `NAME.N`. Throws when one is malformed or stands twice. */
function readEntries(params: Params, name: string): PortRangeListEntry[] {
  const given = entries(params, name);
  if (given.length > ENTRIES_PER_CALL_MAX) throw refuse('LimitExceed.Entry');
  const read = given.map(({ fields }) => {
    const PortRange = canonicalPorts(text(fields, 'PortRange'));
    if (PortRange === undefined) throw refuse('InvalidParameter.PortRange');
    const Description = text(fields, 'Description');
    if (!isEntryDescription(Description)) throw refuse('InvalidParameter (port list)');
    return { PortRange, Description };
  });
  if (firstRepeated(read.map(({ PortRange }) => PortRange)) !== undefined) {
    throw refuse('InvalidParameter.PortRangeDuplicated');
  }
  return read;
}

function refuseTooMany(regionId: string, { accountId }: ActionRequest, { state }: World): void {
  const own = state.portRangeLists.filter(
    ({ RegionId, OwnerId }) => RegionId === regionId && OwnerId === accountId,
  );
  if (own.length >= LISTS_PER_REGION_MAX) throw refuse('InvalidOperation.MaxCountExceed');
}

/** Name and description that are left out stay as they are. */
export const modifyPortRangeList: ActionHandler = (request, world) => {
  const { params } = request;
  const place = readPlace(request);
  const name = text(params, 'PortRangeListName');
  if (name !== '' && !isListName(name)) throw refuse('InvalidParameter.PortRangeListName');
  const description = readDescription(params);
  const removed = readEntries(params, 'RemoveEntry');
  const added = readEntries(params, 'AddEntry');
  if (name === '' && description === '' && removed.length + added.length === 0) {
    throw refuse('MissingParameter (port list)');
  }
  const list = listOf(place, world);
  const Entries = changedEntries(list.Entries, removed, added);
  if (Entries.length > list.MaxEntries) throw refuse('LimitExceed.MaxEntries (port list)');
  const next = {
    ...list,
    PortRangeListName: name || list.PortRangeListName,
    Description: description || list.Description,
    Entries,
  };
  if (isSameList(list, next)) return {};
  const { portRangeLists } = world.state;
  change(world, { portRangeLists: portRangeLists.map((each) => (each === list ? next : each)) });
  return {};
};

/** Removes and adds; adding an entry that is there changes its description. */
function changedEntries(
  before: readonly PortRangeListEntry[],
  removed: readonly PortRangeListEntry[],
  added: readonly PortRangeListEntry[],
): PortRangeListEntry[] {
  const both = added.some(({ PortRange }) => removed.some((each) => each.PortRange === PortRange));
  if (both) throw refuse('InvalidParameter.PortRangeDuplicated');
  const entriesByPorts = new Map(before.map((entry) => [entry.PortRange, entry]));
  for (const { PortRange } of removed) {
    if (!entriesByPorts.delete(PortRange)) throw refuse('InvalidParameter (port list)');
  }
  for (const entry of added) entriesByPorts.set(entry.PortRange, entry);
  return [...entriesByPorts.values()];
}

export const deletePortRangeList: ActionHandler = (request, world) => {
  const { state } = world;
  const list = listOf(readPlace(request), world);
  const users = usersOfList(state, list, (rule) => rule.PortRangeListId === list.PortRangeListId);
  if (users.length > 0) throw refuse('InvalidPortRangeListId.AssociationExist');
  change(world, { portRangeLists: state.portRangeLists.filter((each) => each !== list) });
  return {};
};

interface Place {
  readonly RegionId: string;
  readonly OwnerId: string;
  readonly portListId: string;
}

function readPlace({ params, accountId }: ActionRequest): Place {
  const RegionId = required(params, 'RegionId');
  return { RegionId, OwnerId: accountId, portListId: required(params, 'PortRangeListId') };
}

function listOf(place: Place, { state }: World): PortRangeList {
  if (!isKnownRegion(state, place.RegionId)) throw refuse('InvalidRegionId.NotFound (port list)');
  const list = findPortList(state, place.portListId, place);
  if (list === undefined) throw refuse('InvalidPortRangeListId.NotFound');
  return list;
}
