// The table of places, which outlives the syntax tree, says of every path what the tree says.
import { expect, it } from 'vitest';
import { locateByTable } from '../../../../../reconciler/policy/read/place-table.ts';
import type { Path } from '../../../../../reconciler/policy/read/reporter.ts';
import { readYamlDocument } from '../../../../../reconciler/policy/read/yaml-document.ts';

/** Of everything that is in the value, and beside each one that is not there. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  const missing: Path[] = [
    [...at, 'none'],
    [...at, 99],
  ];
  if (typeof value !== 'object' || value === null) return [at, ...missing];
  const inside: Array<[string | number, unknown]> = Array.isArray(value)
    ? [...(value as unknown[]).entries()]
    : [...(value instanceof Map ? (value as Map<string, unknown>) : Object.entries(value))];
  return [at, ...missing, ...inside.flatMap(([key, each]) => pathsOf(each, [...at, key]))];
}

it.each([
  ['a map in a list', 'a:\n  - {b: 1, c: [2, 3]}\n  - b: 4\n    c: [5]\n'],
  ['what is not written', 'a:\nb: [~, ""]\nc: {d: , e: 1}\n'],
  ['an alias of a map and of what is in it', 'a: &a\n  b: &b [1, 2]\n  c: {d: 3}\n\ne: *a\nf: [*b, *a]\n'],
  ['an alias before another key', 'x: &x [{y: 1}, {z: 2}]\nlong key:    *x\nlast: 1\n'],
  ['lines of other systems and a comment', '# first\r\na: 1\r\nb:\r\n  - 2\r\n'],
  ['nothing', ''],
])('%s', (_what, text) => {
  const { value, locate, placeTable } = readYamlDocument('a.yaml', text, { quotesValues: true });
  const byTable = locateByTable('a.yaml', structuredClone(placeTable()));
  for (const path of pathsOf(value)) {
    for (const part of ['key', 'value'] as const) {
      expect({ path, part, place: byTable(path, part) }).toEqual({ path, part, place: locate(path, part) });
    }
  }
});
