// Tags of groups and lists: their form, given at creation, or asked for in a filter.
import type { Tag } from '../state.ts';
import { entries, text, type Params } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';

/** Of one resource, and of one call. */
export const TAGS_MAX = 20;
const TAG_CHARACTERS_MAX = 128;

/** The tags of `Tag.N.Key` and `Tag.N.Value` of a new resource. Throws when one is malformed or a key repeats. */
export function readNewTags(params: Params): Tag[] {
  const tags = readTags(params);
  if (tags.length > TAGS_MAX) throw refuse('QuotaExceed.Tags', String(TAGS_MAX));
  for (const { TagKey, TagValue } of tags) {
    if (TagKey === '' || !isTagText(TagKey)) throw refuse('InvalidTagKey.Malformed');
    if (!isTagText(TagValue)) throw refuse('InvalidTagValue.Malformed');
  }
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) throw refuse('Duplicate.TagKey');
  return tags;
}

/** Tags may not be in the name space of the vendor, nor be links. */
export const isTagText = (value: string): boolean =>
  Array.from(value).length <= TAG_CHARACTERS_MAX && !/^(aliyun|acs:)|https?:\/\//i.test(value);

/** The tags to look for, or undefined when there are too many; one without a value matches any value of its key. */
export function readTagFilter(params: Params): Tag[] | undefined {
  const tags = readTags(params);
  return tags.length > TAGS_MAX ? undefined : tags;
}

/** The tags of `Tag.N`, as they are sent. */
export const readTags = (params: Params): Tag[] =>
  entries(params, 'Tag').map(({ fields }) => ({
    TagKey: text(fields, 'Key'),
    TagValue: text(fields, 'Value'),
  }));

export const hasTags = (tags: readonly Tag[], wanted: readonly Tag[]): boolean =>
  wanted.every(({ TagKey, TagValue }) =>
    tags.some((tag) => tag.TagKey === TagKey && (TagValue === '' || tag.TagValue === TagValue)),
  );
