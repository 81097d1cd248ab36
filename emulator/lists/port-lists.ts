// Writes to port range lists. MaxEntries is fixed at creation; what rules use can't be deleted.
import type { ActionHandler } from '../action.ts';
import type { PortRangeList, PortRangeListEntry } from '../state.ts';
import { change } from '../actions/contents.ts';
import {
  ENTRIES_PER_CALL_MAX,
  firstRepeated,
  isEntryDescription,
  isListName,
  isSameList,
  minuteStamp,
} from './list-fields.ts';
import {
  changedEntries,
  listOf,
  PORT_LISTS,
  readListDescription,
  readListTarget,
  refuseFullRegion,
  required,
} from './list-kinds.ts';
import { entries, integer, text, type Params } from '../actions/params.ts';
import { canonicalPorts } from '../rules/fields/ports.ts';
import { usersOfList } from '../groups/references.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { readNewTags } from '../groups/tags.ts';

/** Source: "Limits and quotas on ECS", 2026. */
const MAX_ENTRIES_MOST = 2000;

export const createPortRangeList: ActionHandler = (request, world) => {
  const { params, accountId } = request;
  const wanted = readNewList(params);
  if (!isKnownRegion(world.state, wanted.RegionId)) throw refuse('InvalidRegionId.NotFound (port list)');
  if (!/^(rg-[\w-]{1,64})?$/.test(wanted.ResourceGroupId)) throw refuse('InvalidParameter (port list)');
  refuseFullRegion({ RegionId: wanted.RegionId, OwnerId: accountId }, world.state, PORT_LISTS);
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
  const RegionId = required(params, 'RegionId', PORT_LISTS);
  const PortRangeListName = required(params, 'PortRangeListName', PORT_LISTS);
  if (!isListName(PortRangeListName)) throw refuse('InvalidParameter.PortRangeListName');
  const MaxEntries = integer(required(params, 'MaxEntries', PORT_LISTS));
  if (MaxEntries === undefined || MaxEntries < 1) throw refuse('InvalidParameter (port list)');
  if (MaxEntries > MAX_ENTRIES_MOST) throw refuse('InvalidOperation.MaxEntriesCountExceed');
  const Description = readListDescription(params, PORT_LISTS);
  const Tags = readNewTags(params);
  const Entries = readEntries(params, 'Entry');
  if (Entries.length > MaxEntries) throw refuse('InvalidOperation.EntryCountExceedMaxEntries');
  const ResourceGroupId = text(params, 'ResourceGroupId');
  return { RegionId, PortRangeListName, MaxEntries, Description, Tags, Entries, ResourceGroupId };
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

/** Name and description that are left out stay as they are. */
export const modifyPortRangeList: ActionHandler = (request, world) => {
  const { params } = request;
  const target = readListTarget(request, PORT_LISTS);
  const name = text(params, 'PortRangeListName');
  if (name !== '' && !isListName(name)) throw refuse('InvalidParameter.PortRangeListName');
  const description = readListDescription(params, PORT_LISTS);
  const removed = readEntries(params, 'RemoveEntry');
  const added = readEntries(params, 'AddEntry');
  if (name === '' && description === '' && removed.length + added.length === 0) {
    throw refuse('MissingParameter (port list)');
  }
  const list = listOf(target, world.state, PORT_LISTS);
  const Entries = changedEntries(list.Entries, { removed, added }, ({ PortRange }) => PortRange, PORT_LISTS);
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

export const deletePortRangeList: ActionHandler = (request, world) => {
  const { state } = world;
  const list = listOf(readListTarget(request, PORT_LISTS), state, PORT_LISTS);
  const users = usersOfList(state, list, (rule) => rule.PortRangeListId === list.PortRangeListId);
  if (users.length > 0) throw refuse('InvalidPortRangeListId.AssociationExist');
  change(world, { portRangeLists: state.portRangeLists.filter((each) => each !== list) });
  return {};
};
