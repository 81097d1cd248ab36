// Reads of lists: the lists, the entries of one, and who uses it. The actions on port range lists are newer than the
// rest of the API: their arrays come plain, without the wrapping object.
import type { ActionHandler, World } from '../action.ts';
import { seen } from '../actions/contents.ts';
import { list, text, type Params } from '../actions/params.ts';
import { pageOf, readMaxResults, seedSource, type Page } from '../actions/paging.ts';
import { refuse, required } from '../actions/refusals.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { hasTags, readTagFilter } from '../groups/tags.ts';
import { askedList, isIn, usersOf } from './find-list.ts';
import { questionOf } from './list-fields.ts';
import { PORT_LISTS, PREFIX_LISTS, type AnyList, type ListKind } from './list-kinds.ts';

/** Ids that one Describe may name. Source: Describe pages, 2026. */
const LIST_IDS_MAX = 100;
const MAX_RESULTS = { least: 1, most: 100, standard: 10 };

export const describeLists =
  <List extends AnyList>(kind: ListKind<List>): ActionHandler =>
  (request, world) => {
    const { params, accountId } = request;
    const place = { RegionId: required(params, 'RegionId', 'MissingRegionId'), OwnerId: accountId };
    const accepts = readFilter(params, kind);
    const contents = seen(world);
    if (!isKnownRegion(contents, place.RegionId)) throw refuse(kind.unknownRegion);
    const found = kind.listsOf(contents).filter((each) => isIn(place, each) && accepts(each));
    const page = readPage(found, kind.idOf, { params, world, kind });
    const shown = page.items.map((each) => ({
      ...kind.headOf(each),
      MaxEntries: each.MaxEntries,
      AssociationCount: usersOf(each, contents, kind).length,
      Description: each.Description,
      CreationTime: each.CreationTime,
      ResourceGroupId: each.ResourceGroupId,
      Tags: kind.array('Tag', each.Tags),
    }));
    return { NextToken: page.nextToken, [`${kind.stem}s`]: kind.array(kind.stem, shown) };
  };

/** Throws the refusal of the first malformed filter. */
function readFilter<List extends AnyList>(params: Params, kind: ListKind<List>): (each: List) => boolean {
  const ids = new Set(list(params, `${kind.stem}Id`));
  if (ids.size > LIST_IDS_MAX) throw refuse(`LimitExceed.${kind.stem}Id`);
  const family = kind.title === 'prefix list' ? text(params, 'AddressFamily') : '';
  if (!['', 'IPv4', 'IPv6'].includes(family)) throw refuse('InvalidParameter (prefix list)', 'AddressFamily');
  const name = text(params, `${kind.stem}Name`);
  const resourceGroupId = text(params, 'ResourceGroupId');
  const tags = readTagFilter(params);
  if (tags === undefined) throw refuse(`InvalidParameter (${kind.title})`, 'Tag');
  return (each) =>
    (ids.size === 0 || ids.has(kind.idOf(each))) &&
    (family === '' || ('AddressFamily' in each && each.AddressFamily === family)) &&
    (name === '' || kind.nameOf(each) === name) &&
    (resourceGroupId === '' || each.ResourceGroupId === resourceGroupId) &&
    hasTags(each.Tags, tags);
}

/** One page by MaxResults and NextToken. */
function readPage<Item, List extends AnyList>(
  all: readonly Item[],
  key: (item: Item) => string,
  { params, world, kind }: { params: Params; world: World; kind: ListKind<List> },
): Page<Item> {
  const maxResults = readMaxResults(params, MAX_RESULTS);
  const walk = { nextToken: text(params, 'NextToken'), question: questionOf(params) };
  const page =
    maxResults === undefined ? undefined : pageOf(all, { ...walk, maxResults }, key, seedSource(world));
  if (page === undefined) throw refuse(`InvalidParameter (${kind.title})`, 'MaxResults or NextToken');
  return page;
}

export const describeListUsers =
  <List extends AnyList>(kind: ListKind<List>): ActionHandler =>
  (request, world) => {
    const contents = seen(world);
    const users = usersOf(askedList(request, contents, kind), contents, kind);
    const { params } = request;
    const page = readPage(users, ({ SecurityGroupId }) => SecurityGroupId, { params, world, kind });
    const shown = page.items.map(({ SecurityGroupId }) => ({
      ResourceId: SecurityGroupId,
      ResourceType: kind.resourceType,
    }));
    const name = `${kind.stem}Association`;
    return { NextToken: page.nextToken, [`${name}s`]: kind.array(name, shown) };
  };

export const describePrefixListAttributes: ActionHandler = (request, world) => {
  const found = askedList(request, seen(world), PREFIX_LISTS);
  return {
    ...PREFIX_LISTS.headOf(found),
    MaxEntries: found.MaxEntries,
    Description: found.Description,
    CreationTime: found.CreationTime,
    Entries: { Entry: found.Entries },
  };
};

export const describePortRangeListEntries: ActionHandler = (request, world) => ({
  Entries: askedList(request, seen(world), PORT_LISTS).Entries,
});
