// The two kinds of list, prefix lists and port range lists, in what their actions do alike: they differ in the names of
// their parameters and in their codes.
import type { ActionRequest } from '../action.ts';
import type { Contents, PortRangeList, PrefixList } from '../state.ts';
import { isGroupDescription } from '../groups/create-group.ts';
import { text, type Params } from '../actions/params.ts';
import { refuse, type Refusal } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { findPortList, findPrefixList, type Place } from '../rules/rule-check.ts';

interface ListKind<List extends Place> {
  readonly idName: 'PrefixListId' | 'PortRangeListId';
  readonly listsOf: (contents: Contents) => readonly List[];
  readonly find: (contents: Contents, id: string, place: Place) => List | undefined;
  /** Lists of one account in one region. Source: "Limits and quotas on ECS", 2026. */
  readonly perRegionMax: number;
  readonly missing: Refusal;
  readonly invalid: Refusal;
  readonly badDescription: Refusal;
  readonly unknownRegion: Refusal;
  readonly notFound: Refusal;
  readonly regionFull: Refusal;
  /** An entry that a Modify both adds and removes. */
  readonly repeated: Refusal;
}

export const PREFIX_LISTS: ListKind<PrefixList> = {
  idName: 'PrefixListId',
  listsOf: ({ prefixLists }) => prefixLists,
  find: findPrefixList,
  perRegionMax: 100,
  missing: 'MissingParameter (prefix list)',
  invalid: 'InvalidParameter (prefix list)',
  badDescription: 'InvalidDescription.Malformed (prefix list)',
  unknownRegion: 'InvalidRegionId.NotFound',
  notFound: 'InvalidPrefixListId.NotFound',
  regionFull: 'LimitExceed.PrefixListPerRegion',
  repeated: 'InvalidParameter.CidrDuplicated',
};

export const PORT_LISTS: ListKind<PortRangeList> = {
  idName: 'PortRangeListId',
  listsOf: ({ portRangeLists }) => portRangeLists,
  find: findPortList,
  perRegionMax: 1000,
  missing: 'MissingParameter (port list)',
  invalid: 'InvalidParameter (port list)',
  badDescription: 'InvalidDescription.Malformed (port list)',
  unknownRegion: 'InvalidRegionId.NotFound (port list)',
  notFound: 'InvalidPortRangeListId.NotFound',
  regionFull: 'InvalidOperation.MaxCountExceed',
  repeated: 'InvalidParameter.PortRangeDuplicated',
};

type Codes<Name extends keyof ListKind<Place>> = Pick<ListKind<Place>, Name>;

export function required(params: Params, name: string, { missing }: Codes<'missing'>): string {
  const value = text(params, name);
  if (value === '') throw refuse(missing, name);
  return value;
}

export function readListDescription(params: Params, { badDescription }: Codes<'badDescription'>): string {
  const description = text(params, 'Description');
  if (!isGroupDescription(description)) throw refuse(badDescription);
  return description;
}

/** Throws when the account has as many lists in the region as it may. */
export function refuseFullRegion<List extends Place>(
  place: Place,
  contents: Contents,
  kind: ListKind<List>,
): void {
  const own = kind
    .listsOf(contents)
    .filter(({ RegionId, OwnerId }) => RegionId === place.RegionId && OwnerId === place.OwnerId);
  if (own.length >= kind.perRegionMax) throw refuse(kind.regionFull);
}

/** Where a list is looked for. */
export interface ListTarget extends Place {
  readonly listId: string;
}

/** The list that a write names; only that it names one. */
export function readListTarget<List extends Place>(
  { params, accountId }: ActionRequest,
  kind: ListKind<List>,
): ListTarget {
  const RegionId = required(params, 'RegionId', kind);
  return { RegionId, OwnerId: accountId, listId: required(params, kind.idName, kind) };
}

export function listOf<List extends Place>(
  target: ListTarget,
  contents: Contents,
  kind: ListKind<List>,
): List {
  if (!isKnownRegion(contents, target.RegionId)) throw refuse(kind.unknownRegion);
  const list = kind.find(contents, target.listId, target);
  if (list === undefined) throw refuse(kind.notFound);
  return list;
}

/** The region of a read, which has a code of its own for a missing one. */
export function readRegion({ params }: ActionRequest): string {
  const regionId = text(params, 'RegionId');
  if (regionId === '') throw refuse('MissingRegionId');
  return regionId;
}

/** The list that a read names. */
export function askedList<List extends Place>(
  request: ActionRequest,
  contents: Contents,
  kind: ListKind<List>,
): List {
  readRegion(request);
  return listOf(readListTarget(request, kind), contents, kind);
}

/** Removes and adds; adding an entry that is there changes its description. */
export function changedEntries<Entry>(
  before: readonly Entry[],
  { removed, added }: { readonly removed: readonly Entry[]; readonly added: readonly Entry[] },
  key: (entry: Entry) => string,
  { repeated, invalid }: Codes<'repeated' | 'invalid'>,
): Entry[] {
  const both = added.map(key).find((each) => removed.some((entry) => key(entry) === each));
  if (both !== undefined) throw refuse(repeated, both);
  const entriesByKey = new Map(before.map((entry) => [key(entry), entry]));
  for (const entry of removed) {
    if (!entriesByKey.delete(key(entry))) throw refuse(invalid, 'RemoveEntry');
  }
  for (const entry of added) entriesByKey.set(key(entry), entry);
  return [...entriesByKey.values()];
}
