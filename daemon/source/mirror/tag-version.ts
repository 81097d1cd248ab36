// Which of two tags is of the higher version: `v1.10.0` is higher than `v1.9.2`, and `v2.0.0` than `v2.0.0-rc.1`.

interface Version {
  readonly numbers: readonly bigint[];
  /** After the `-`, part by part; empty: a release. */
  readonly before: readonly string[];
}

/** Null: there is no version in the name. What stands before its first digit is no part of it. */
function versionOf(tag: string): Version | null {
  const name = tag.replace(/^refs\/tags\//, '').replace(/^.*\//, '');
  const [, numbers, before = ''] = /^\D*?(\d{1,18}(?:\.\d{1,18})*)(?:-([^+]*))?(?:\+.*)?$/.exec(name) ?? [];
  if (numbers === undefined) return null;
  return { numbers: numbers.split('.').map(BigInt), before: before === '' ? [] : before.split('.') };
}

/** Below, at or above zero as for a sort; null: one of them has no version. */
export function compareTags(one: string, other: string): number | null {
  const [a, b] = [versionOf(one), versionOf(other)];
  if (a === null || b === null) return null;
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (a.numbers[at] ?? 0n) - (b.numbers[at] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return comparePreliminaries(a.before, b.before);
}

/** A release is above all that came before it. */
function comparePreliminaries(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [one, other] = [a[at], b[at]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const difference = comparePart(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Numbers as numbers, and below all words. */
function comparePart(one: string, other: string): number {
  const [a, b] = [one, other].map((part) => (/^\d{1,18}$/.test(part) ? BigInt(part) : null));
  if (a !== null && b !== null && a !== undefined && b !== undefined) return a < b ? -1 : Number(a > b);
  if ((a === null) !== (b === null)) return a === null ? 1 : -1;
  return one < other ? -1 : Number(one > other);
}

/** The tag of the highest version; of those without one none. */
export function highestTag<T extends { readonly name: string }>(tags: readonly T[]): T | null {
  return tags.reduce<T | null>((highest, tag) => {
    if (versionOf(tag.name) === null) return highest;
    return highest === null || (compareTags(tag.name, highest.name) ?? 0) > 0 ? tag : highest;
  }, null);
}
