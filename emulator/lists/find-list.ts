// The list that a call names, and the groups whose rules use it.
import type { ActionRequest } from '../action.ts';
import type { Contents, SecurityGroup } from '../state.ts';
import { text } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import type { Place } from '../rules/rule-check.ts';
import { required, type AnyList, type ListKind } from './list-kinds.ts';

interface ListTarget extends Place {
  readonly listId: string;
}

/** The list that a write names; only that it names one. */
export function readListTarget<List extends AnyList>(
  { params, accountId }: ActionRequest,
  kind: ListKind<List>,
): ListTarget {
  const RegionId = required(params, 'RegionId', kind);
  return { RegionId, OwnerId: accountId, listId: required(params, `${kind.stem}Id`, kind) };
}

export const isIn = (place: Place, { RegionId, OwnerId }: Place): boolean =>
  RegionId === place.RegionId && OwnerId === place.OwnerId;

export function listOf<List extends AnyList>(
  target: ListTarget,
  contents: Contents,
  kind: ListKind<List>,
): List {
  if (!isKnownRegion(contents, target.RegionId)) throw refuse(kind.unknownRegion);
  const lists = kind.listsOf(contents);
  const list = lists.find((each) => kind.idOf(each) === target.listId && isIn(target, each));
  if (list === undefined) throw refuse(`Invalid${kind.stem}Id.NotFound`);
  return list;
}

/** The region of a read, which has a code of its own for a missing one. */
export function readRegion({ params }: ActionRequest): string {
  const regionId = text(params, 'RegionId');
  if (regionId === '') throw refuse('MissingRegionId');
  return regionId;
}

/** The list that a read names. */
export function askedList<List extends AnyList>(
  request: ActionRequest,
  contents: Contents,
  kind: ListKind<List>,
): List {
  readRegion(request);
  return listOf(readListTarget(request, kind), contents, kind);
}

/** The groups of the list's account and region that have a rule using it. */
export const usersOf = <List extends AnyList>(
  list: List,
  { securityGroups }: Contents,
  kind: ListKind<List>,
): SecurityGroup[] =>
  securityGroups.filter(
    (group) => isIn(list, group) && group.Permissions.some((rule) => kind.usedBy(rule) === kind.idOf(list)),
  );
