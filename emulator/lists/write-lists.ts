// Writes to lists. MaxEntries and address family are fixed at creation; what rules use can't be deleted.
import type { ActionHandler } from '../action.ts';
import { change } from '../actions/contents.ts';
import { entries, integer, text, type Params } from '../actions/params.ts';
import { refuse, required } from '../actions/refusals.ts';
import { isGroupDescription } from '../groups/create-group.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { readNewTags } from '../groups/tags.ts';
import { isIn, listOf, readListTarget, usersOf } from './find-list.ts';
import { isEntryDescription, isListName, minuteStamp } from './list-fields.ts';
import type { Quirks } from '../quirks.ts';
import type { AnyList, EntryOf, ListKind } from './list-kinds.ts';

/** Entries that one call may add, and that it may remove. Source: Create and Modify pages, 2026. */
const ENTRIES_PER_CALL_MAX = 200;

/** What a list is written from. */
interface ListCall<List extends AnyList> {
  readonly params: Params;
  readonly kind: ListKind<List>;
  readonly quirks: Quirks;
}

export const createList =
  <List extends AnyList>(kind: ListKind<List>): ActionHandler =>
  ({ params, accountId }, world) => {
    const { name, wanted } = readNewList({ params, kind, quirks: world.quirks });
    if (!isKnownRegion(world.state, wanted.RegionId)) throw refuse(kind.unknownRegion);
    if (!/^(rg-[\w-]{1,64})?$/.test(wanted.ResourceGroupId)) throw refuse(kind.unknownResourceGroup);
    const lists = kind.listsOf(world.state);
    const place = { RegionId: wanted.RegionId, OwnerId: accountId };
    if (lists.filter((each) => isIn(place, each)).length >= kind.perRegionMax) throw refuse(kind.regionFull);
    const id = world.newId(kind.idPrefix);
    const common = { ...wanted, CreationTime: minuteStamp(world.nowMs()), OwnerId: accountId };
    change(world, kind.contentsWith([...lists, kind.create(common, id, name)]));
    return { [`${kind.stem}Id`]: id };
  };

function readNewList<List extends AnyList>(call: ListCall<List>) {
  const { params, kind } = call;
  const missing = `MissingParameter (${kind.title})` as const;
  const RegionId = required(params, 'RegionId', missing);
  const name = required(params, `${kind.stem}Name`, missing);
  if (!isListName(name)) throw refuse(`InvalidParameter.${kind.stem}Name`);
  const own = kind.readOwn(params);
  const MaxEntries = integer(required(params, 'MaxEntries', missing));
  if (MaxEntries === undefined || MaxEntries < 1) {
    throw refuse(`InvalidParameter (${kind.title})`, 'MaxEntries');
  }
  if (MaxEntries > kind.maxEntriesMost) throw refuse(kind.tooManyWanted, 'MaxEntries');
  const Description = readDescription(call);
  const Tags = readNewTags(params);
  const Entries = readEntries(
    call,
    'Entry',
    kind.entryReader(() => own),
  );
  if (Entries.length > MaxEntries) throw refuse(kind.tooManyGiven);
  const ResourceGroupId = text(params, 'ResourceGroupId');
  const wanted = { RegionId, ...own, MaxEntries, Description, Tags, Entries, ResourceGroupId };
  return { name, wanted };
}

function readDescription<List extends AnyList>({ params, kind, quirks }: ListCall<List>): string {
  const description = text(params, 'Description');
  if (!isGroupDescription(description, quirks)) throw refuse(`InvalidDescription.Malformed (${kind.title})`);
  return description;
}

/** The entries of `NAME.N`. Throws when one is malformed or stands twice. */
function readEntries<List extends AnyList>(
  { params, kind, quirks }: ListCall<List>,
  name: string,
  read: ReturnType<ListKind<List>['entryReader']>,
): Array<EntryOf<List>> {
  const given = entries(params, name);
  if (given.length > ENTRIES_PER_CALL_MAX) throw refuse('LimitExceed.Entry');
  const made = given.map(({ name: entry, fields }) => {
    const description = text(fields, 'Description');
    const result = read(fields, entry, description);
    if (isEntryDescription(description, quirks)) return result;
    throw refuse(`InvalidParameter (${kind.title})`, `${entry}.Description`);
  });
  const texts = made.map(kind.textOf);
  const repeated = texts.find((each, index) => texts.indexOf(each) !== index);
  if (repeated !== undefined) throw refuse(kind.repeated, repeated);
  return made;
}

/** Name and description that are left out stay as they are. */
export const modifyList =
  <List extends AnyList>(kind: ListKind<List>): ActionHandler =>
  (request, world) => {
    const { params } = request;
    const target = readListTarget(request, kind);
    const name = text(params, `${kind.stem}Name`);
    if (name !== '' && !isListName(name)) throw refuse(`InvalidParameter.${kind.stem}Name`);
    const call = { params, kind, quirks: world.quirks };
    const description = readDescription(call);
    const list = (): List => listOf(target, world.state, kind);
    const reader = kind.entryReader(list);
    const removed = readEntries(call, 'RemoveEntry', reader);
    const added = readEntries(call, 'AddEntry', reader);
    if (name === '' && description === '' && removed.length + added.length === 0) {
      throw refuse(`MissingParameter (${kind.title})`, 'AddEntry');
    }
    const before = list();
    const Entries = changedEntries(before, { removed, added }, kind);
    if (Entries.length > before.MaxEntries) throw refuse(`LimitExceed.MaxEntries (${kind.title})`);
    const named = name === '' ? before : kind.renamed(before, name);
    const next = { ...named, Description: description || before.Description, Entries };
    // Both have their fields in the same order.
    if (JSON.stringify(before) === JSON.stringify(next)) return {};
    const lists = kind.listsOf(world.state);
    change(world, kind.contentsWith(lists.map((each) => (each === before ? next : each))));
    return {};
  };

/** Removes and adds; adding an entry that is there changes its description. */
function changedEntries<List extends AnyList>(
  { Entries }: List,
  { removed, added }: Readonly<Record<'removed' | 'added', ReadonlyArray<EntryOf<List>>>>,
  { textOf, repeated, title }: ListKind<List>,
): Array<EntryOf<List>> {
  const both = added.map(textOf).find((each) => removed.some((entry) => textOf(entry) === each));
  if (both !== undefined) throw refuse(repeated, both);
  const entriesByText = new Map(Entries.map((entry: EntryOf<List>) => [textOf(entry), entry]));
  for (const entry of removed) {
    if (!entriesByText.delete(textOf(entry))) throw refuse(`InvalidParameter (${title})`, 'RemoveEntry');
  }
  for (const entry of added) entriesByText.set(textOf(entry), entry);
  return [...entriesByText.values()];
}

export const deleteList =
  <List extends AnyList>(kind: ListKind<List>): ActionHandler =>
  (request, world) => {
    const { state } = world;
    const list = listOf(readListTarget(request, kind), state, kind);
    if (usersOf(list, state, kind).length > 0) throw refuse(kind.inUse);
    change(world, kind.contentsWith(kind.listsOf(state).filter((each) => each !== list)));
    return {};
  };
