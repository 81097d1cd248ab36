// A value taken apart against the schema of each part, so that a broken part hides none of the others. Silent:
// `checkShape` says what is wrong.
import type { z } from 'zod';

/** Null: not there. Undefined: it is there but broken. */
export type Part<T> = T | null | undefined;
export type Members<T> = ReadonlyArray<T | undefined>;

export const isBroken = (written: unknown): boolean =>
  written === undefined || (Array.isArray(written) && written.includes(undefined));

export function setsOf<Schema extends z.ZodType>(
  value: unknown,
  item: Schema,
): Map<string, Members<z.output<Schema>>> {
  if (!isMapping(value)) return new Map();
  return new Map(Object.entries(value).map(([name, members]) => [name, membersOf(item, members)]));
}

/** One, or a list of one or more. What is neither, as an empty list, has one broken member. */
export function membersOf<Schema extends z.ZodType>(item: Schema, value: unknown): Members<z.output<Schema>> {
  const members = Array.isArray(value) ? (value as unknown[]) : [value];
  return members.length === 0 ? [undefined] : members.map((member) => known(item, member));
}

export const optionalMembers = <Schema extends z.ZodType>(
  item: Schema,
  value: unknown,
): Members<z.output<Schema>> | null => (value === undefined ? null : membersOf(item, value));

export function part<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  key: string,
): Part<z.output<Schema>> {
  const written = field(value, key);
  return written === undefined ? null : known(schema, written);
}

export function known<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

export const hasUnknownKeys = (value: unknown, shape: object): boolean =>
  isMapping(value) && Object.keys(value).some((key) => !Object.hasOwn(shape, key));

export function field(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [];
