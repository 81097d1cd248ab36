// What prefix lists and port range lists have in common.
import type { World } from '../action.ts';
import type { Tag } from '../state.ts';
import { timestamp } from '../actions/contents.ts';
import { text, type Params } from '../actions/params.ts';
import { pageOf, readMaxResults, seedSource, type Page } from '../actions/paging.ts';
import { refuse, type Refusal } from '../actions/refusals.ts';
import { hasTags, readTagFilter } from '../groups/tags.ts';

/** Entries that one call may add, and that it may remove. Source: Create and Modify pages, 2026. */
export const ENTRIES_PER_CALL_MAX = 200;
/** Ids that one Describe may name. Source: Describe pages, 2026. */
export const LIST_IDS_MAX = 100;
const MAX_RESULTS = { least: 1, most: 100, standard: 10 };

/** 2 to 128 characters beginning with a letter (of any script); no link, none of the vendor's own prefixes. */
export const isListName = (name: string): boolean =>
  /^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u.test(name) && !/^(https?:\/\/|com\.aliyun|com\.alibabacloud)/i.test(name);

/** Nothing, or 2 to 32 characters that aren't a link. */
export function isEntryDescription(value: string): boolean {
  const length = Array.from(value).length;
  return length === 0 || (length >= 2 && length <= 32 && !/^https?:\/\//i.test(value));
}

/** The vendor shows the times of lists to the minute. */
export const minuteStamp = (ms: number): string => timestamp(ms).replace(/:\d{2}Z$/, 'Z');

/** The first text that stands twice. */
export const firstRepeated = (texts: readonly string[]): string | undefined =>
  texts.find((each, index) => texts.indexOf(each) !== index);

/** Whether a Modify came to nothing; both were made with their fields in the same order. */
export const isSameList = (before: Listed, after: Listed): boolean =>
  JSON.stringify(before) === JSON.stringify(after);

/** What the two kinds of list have in common as answers and filters go. */
interface Listed {
  readonly ResourceGroupId: string;
  readonly Tags: readonly Tag[];
}

/** The filter that both Describe actions know besides ids and names; throws when it has too many tags. */
export function readListFilter(params: Params, refusal: Refusal): (listed: Listed) => boolean {
  const resourceGroupId = text(params, 'ResourceGroupId');
  const tags = readTagFilter(params);
  if (tags === undefined) throw refuse(refusal, 'Tag');
  return (listed) =>
    (resourceGroupId === '' || listed.ResourceGroupId === resourceGroupId) && hasTags(listed.Tags, tags);
}

/** One page by MaxResults and NextToken, or undefined when one of them is bad. */
export function readPage<T>(
  all: readonly T[],
  params: Params,
  key: (item: T) => string,
  world: World,
): Page<T> | undefined {
  const maxResults = readMaxResults(params, MAX_RESULTS);
  if (maxResults === undefined) return undefined;
  const nextToken = text(params, 'NextToken');
  return pageOf(all, { maxResults, nextToken, question: questionOf(params) }, key, seedSource(world));
}

/** All that decides what a walk over the pages goes through. */
export const questionOf = (params: Params): string =>
  [...params]
    .filter(([name]) => name !== 'NextToken' && name !== 'MaxResults')
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
