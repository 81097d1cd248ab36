// Facts as text. JSON has no whole numbers of 128 bits, which addresses are: they stand as `n:` and their digits, and a
// text that would be taken for one begins with `s:`. Both are put in and taken out beside `JSON`, since a function that it
// calls for each value makes it ten times slower.

export const factText = (value: unknown): string => JSON.stringify(withMarks(value));

/** What `factText` was given, but for fields that were undefined. */
export const parseFact = (text: string): unknown => withoutMarks(JSON.parse(text));

/** The very same value where JSON has a form for all of it. */
function withMarks(value: unknown): unknown {
  if (typeof value === 'bigint') return `n:${value}`;
  if (typeof value === 'string') return isMarked(value) ? `s:${value}` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const inside = value.map(withMarks);
    return inside.some((each, at) => each !== value[at]) ? inside : value;
  }
  const fields = Object.entries(value);
  const inside = fields.map(([key, each]) => [key, withMarks(each)] as const);
  const isSame = inside.every(([, each], at) => each === fields[at]?.[1]);
  return isSame ? value : Object.fromEntries(inside);
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
