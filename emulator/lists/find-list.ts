// The list that a call names, and the groups whose rules use it.
import type { ActionRequest } from '../action.ts';
import type { Contents, SecurityGroup } from '../state.ts';
import { refuse, required } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import type { Place } from '../rules/rule-check.ts';
import type { AnyList, ListKind } from './list-kinds.ts';

interface ListTarget extends Place {
  readonly listId: string;
}

/** The list that a write names; only that it names one. */
export function readListTarget<List extends AnyList>(
  { params, accountId }: ActionRequest,
  kind: ListKind<List>,
): ListTarget {
  const missing = `MissingParameter (${kind.title})` as const;
  const RegionId = required(params, 'RegionId', missing);
  return { RegionId, OwnerId: accountId, listId: required(params, `${kind.stem}Id`, missing) };
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

/** The list that a read names; reads have a code of their own for a missing region. */
export function askedList<List extends AnyList>(
  request: ActionRequest,
  contents: Contents,
  kind: ListKind<List>,
): List {
  required(request.params, 'RegionId', 'MissingRegionId');
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
