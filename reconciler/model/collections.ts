/** The items by their keys: keys in the order in which they first appear, items in the order given. */
export function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [item]);
    else others.push(item);
  }
  return groups;
}

/** Freezes the value and all that it holds. Not for cyclic values. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** Equal for equal values whose keys stand in the same order. */
export const exactText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

/** Whether both hold the very same items, in the same order. */
export const isSameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a === b || (a.length === b.length && a.every((each, index) => each === b[index]));

/** Each one before, where it says the same; and the very list before, if nothing is new. Keys stand in one order. */
export function keptWhereEqual<T>(
  before: readonly T[],
  now: readonly T[],
  nameOf: (each: T) => string,
): readonly T[] {
  if (before.length === 0 || now.length === 0) return now;
  const known = new Map(before.map((each) => [nameOf(each), each]));
  const kept = now.map((each) => {
    const earlier = known.get(nameOf(each));
    return earlier !== undefined && exactText(earlier) === exactText(each) ? earlier : each;
  });
  return isSameList(kept, before) ? before : kept;
}
