// Facts as text. JSON has no whole numbers of 128 bits, which addresses are: they stand as `n:` and their digits, and a
// text that would be taken for one begins with `s:`.

export function factText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'bigint') return `n:${each}`;
    return typeof each === 'string' && /^[ns]:/.test(each) ? `s:${each}` : each;
  });
}

/** What `factText` was given, but for fields that were undefined. */
export function parseFact(text: string): unknown {
  return JSON.parse(text, (_, each: unknown) => {
    if (typeof each !== 'string') return each;
    if (each.startsWith('n:')) return BigInt(each.slice(2));
    return each.startsWith('s:') ? each.slice(2) : each;
  });
}

/** The fields of `after` whose text differs from that in `before`. */
export function changedFacts(before: ReadonlyMap<string, string>, after: object): Array<[string, string]> {
  return Object.entries(after)
    .map(([name, value]): [string, string] => [name, factText(value)])
    .filter(([name, text]) => before.get(name) !== text);
}
