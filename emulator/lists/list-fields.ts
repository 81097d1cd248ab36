// Forms of fields that prefix lists and port range lists have in common.
import { timestamp } from '../actions/contents.ts';
import { lengthIn, type Params } from '../actions/params.ts';
import type { Quirks } from '../quirks.ts';

/** 2 to 128 characters beginning with a letter (of any script); no link, none of the vendor's own prefixes. */
export const isListName = (name: string): boolean =>
  /^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u.test(name) && !/^(https?:\/\/|com\.aliyun|com\.alibabacloud)/i.test(name);

/** Nothing, or 2 to 32 characters that aren't a link. */
export function isEntryDescription(
  value: string,
  { descriptionUnit }: Pick<Quirks, 'descriptionUnit'>,
): boolean {
  const length = lengthIn(descriptionUnit, value);
  return length === 0 || (length >= 2 && length <= 32 && !/^https?:\/\//i.test(value));
}

/** The vendor shows the times of lists to the minute. */
export const minuteStamp = (ms: number): string => timestamp(ms).replace(/:\d{2}Z$/, 'Z');

/** All that decides what a walk over the pages goes through. */
export const questionOf = (params: Params): string =>
  [...params]
    .filter(([name]) => name !== 'NextToken' && name !== 'MaxResults')
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
