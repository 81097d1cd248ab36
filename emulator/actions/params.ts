// Reading request parameters. Arrays come flattened and counted from 1: `Tag.1.Key`, `SecurityGroupRuleId.2`.
// An empty value counts as left out, as everywhere in this API. Unknown parameters are ignored, also the
// vendor's way: a misspelt name shows as a missing parameter.
import type { Quirks } from '../quirks.ts';

export type Params = ReadonlyMap<string, string>;

/** The value, or `""` when it is left out. */
export const text = (params: Params, name: string): string => params.get(name) ?? '';

/** The values of `NAME.1`, `NAME.2`, ... in the order of their numbers. */
export function list(params: Params, name: string): string[] {
  return numbered(params, name)
    .filter(({ rest }) => rest === '')
    .map(({ value }) => value);
}

/** The elements of the text of a JSON array, a form that SecurityGroupIds alone has; undefined for other text. */
export function jsonList(value: string): string[] | undefined {
  if (value === '') return [];
  const parsed = parseJson(value);
  return Array.isArray(parsed) ? parsed.map(String) : undefined;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** One element of an array of records: its fields, and its name for messages (`Permissions.3`). */
export interface Entry {
  readonly name: string;
  readonly fields: Params;
}

/** The elements of `NAME.1.FIELD`, `NAME.2.FIELD`, ... in the order of their numbers. */
export function entries(params: Params, name: string): Entry[] {
  const fieldsByIndex = new Map<number, Map<string, string>>();
  for (const { index, rest, value } of numbered(params, name)) {
    if (rest === '') continue;
    const fields = fieldsByIndex.get(index) ?? new Map<string, string>();
    fieldsByIndex.set(index, fields.set(rest, value));
  }
  return [...fieldsByIndex].map(([index, fields]) => ({ name: `${name}.${index}`, fields }));
}

/** The greatest N of `NAME.N` and `NAME.N.FIELD`; 0 when there is none. */
export const greatestNumber = (params: Params, name: string): number =>
  numbered(params, name).at(-1)?.index ?? 0;

interface Numbered {
  readonly index: number;
  /** What follows the number and its dot. */
  readonly rest: string;
  readonly value: string;
}

function numbered(params: Params, name: string): Numbered[] {
  const found: Numbered[] = [];
  for (const [key, value] of params) {
    if (value === '' || !key.startsWith(`${name}.`)) continue;
    const match = /^([1-9]\d{0,5})(?:\.(.+))?$/.exec(key.slice(name.length + 1));
    if (match?.[1] !== undefined) found.push({ index: Number(match[1]), rest: match[2] ?? '', value });
  }
  return found.sort((a, b) => a.index - b.index);
}

/** How long a description is: the manual counts "characters" and does not say of what kind (quirk descriptionUnit). */
export function lengthIn(unit: Quirks['descriptionUnit'], value: string): number {
  switch (unit) {
    case 'codePoints':
      return Array.from(value).length;
    case 'utf16':
      return value.length;
    case 'bytes':
      return Buffer.byteLength(value);
  }
}

/** A whole number in decimal digits, or undefined when the text is something else. */
export const integer = (value: string): number | undefined =>
  /^[+-]?\d{1,9}$/.test(value) ? Number(value) : undefined;

/** `true` or `false` in any case, or undefined when the text is something else. */
export function boolean(value: string): boolean | undefined {
  const word = value.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}
