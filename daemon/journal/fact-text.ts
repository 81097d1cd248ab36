// Facts as text. JSON has no whole numbers of 128 bits, which addresses are: they stand as `n:` and their digits, and a
// text that would be taken for one begins with `s:`. Both are put in and taken out beside `JSON`, for its speed.
import { replacedInside } from '../../reconciler/model/collections.ts';

export const factText = (value: unknown): string => JSON.stringify(replacedInside(value, marked));

/** What `factText` was given, but for fields that were undefined. */
export const parseFact = (text: string): unknown => withoutMarks(JSON.parse(text));

function marked(value: unknown): unknown {
  if (typeof value === 'bigint') return `n:${value}`;
  return typeof value === 'string' && isMarked(value) ? `s:${value}` : value;
}

/** Of what was just parsed, which it changes. */
function withoutMarks(value: unknown): unknown {
  if (typeof value === 'string') return isMarked(value) ? unmarked(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const inside = value as Record<string, unknown>;
  for (const key in inside) {
    const before = inside[key];
    const after = withoutMarks(before);
    if (after !== before) inside[key] = after;
  }
  return value;
}

const isMarked = (text: string): boolean => text.startsWith('n:') || text.startsWith('s:');

const unmarked = (text: string): unknown => (text.startsWith('n:') ? BigInt(text.slice(2)) : text.slice(2));

/** The fields of `after` whose text differs from that in `before`. */
export function changedFacts(before: ReadonlyMap<string, string>, after: object): Array<[string, string]> {
  return Object.entries(after)
    .map(([name, value]): [string, string] => [name, factText(value)])
    .filter(([name, text]) => before.get(name) !== text);
}
