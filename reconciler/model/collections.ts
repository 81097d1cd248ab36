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
  JSON.stringify(replacedInside(value, (part) => (typeof part === 'bigint' ? `${part}n` : part)));

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

/**
 * Plain data with some values in it replaced, for what JSON has no form for: `JSON` would call a function of ours for each
 * value, which makes it ten times slower, and here nothing is made where nothing is replaced, which is nearly everywhere.
 *
 * The very same value where `replace` gives back what it gets, for the value itself and for all that is inside of it. What
 * it gives instead is looked into as well. The value is left as it is.
 */
export function replacedInside(value: unknown, replace: (value: unknown) => unknown): unknown {
  const own = replace(value);
  if (typeof own !== 'object' || own === null) return own;
  return Array.isArray(own) ? inList(own, replace) : inFields(own as Record<string, unknown>, replace);
}

function inList(list: readonly unknown[], replace: (value: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let at = 0; at < list.length; at += 1) {
    const before = list[at];
    const after = replacedInside(before, replace);
    if (after === before) continue;
    copy ??= [...list];
    copy[at] = after;
  }
  return copy ?? list;
}

function inFields(
  fields: Readonly<Record<string, unknown>>,
  replace: (value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | null = null;
  for (const name in fields) {
    const before = fields[name];
    const after = replacedInside(before, replace);
    if (after === before) continue;
    copy ??= { ...fields };
    // To be set like any other it has to be defined.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: after });
    else copy[name] = after;
  }
  return copy ?? fields;
}
