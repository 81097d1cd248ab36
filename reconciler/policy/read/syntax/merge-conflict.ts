// A file that git merged only in part is told as that, and not as the dozen mistakes that YAML sees in it.
import type { OffsetComplaint } from '../complaint.ts';
import { lineSpan, type TextLine } from './text-lines.ts';

const SIDES = ['<<<<<<<', '=======', '>>>>>>>'] as const;

/** The first conflict of a text; null if there is none. At the start of a line no policy and no config has these marks. */
export function mergeConflict(lines: readonly TextLine[]): OffsetComplaint | null {
  const find = (mark: string, after: number): TextLine | undefined =>
    lines.find(({ text, number }) => number > after && (text === mark || text.startsWith(`${mark} `)));
  const [begin, middle, end] = SIDES;
  const first = find(begin, 0);
  const last = first && find(end, first.number);
  if (first === undefined || last === undefined) return null;
  const between = find(middle, first.number);
  const from = between !== undefined && between.number < last.number ? between.number : last.number;
  const message = `this is a merge conflict: lines ${first.number} to ${last.number} hold two versions of the same place`;
  const hint =
    `keep one: remove lines ${first.number} and ${lineSpan(from, last.number)} for the first, ` +
    `or lines ${lineSpan(first.number, from)} and ${last.number} for the second`;
  return { offset: first.start, code: 'merge-conflict', message, hint };
}
