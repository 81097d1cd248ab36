import { z } from 'zod';
import type { Path } from '../read/reporter.ts';

/** The keys that the schema knows at a path, to find the one that a typing slip was meant for. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  let level = [schema];
  for (const step of path) level = level.flatMap(alternativesOf).flatMap((each) => childrenAt(each, step));
  return level
    .flatMap(alternativesOf)
    .flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
}

function alternativesOf(schema: unknown): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternativesOf);
  if (schema instanceof z.ZodPipe) return alternativesOf(schema.in);
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  if (isWrapper) return alternativesOf(schema.unwrap());
  return schema instanceof z.core.$ZodType ? [schema] : [];
}

function childrenAt(schema: z.core.$ZodType, step: string | number): z.ZodType[] {
  const child: unknown =
    schema instanceof z.ZodArray
      ? schema.element
      : schema instanceof z.ZodRecord
        ? schema.valueType
        : schema instanceof z.ZodObject
          ? (schema.shape as Record<string, unknown>)[step]
          : undefined;
  return child instanceof z.ZodType ? [child] : [];
}
