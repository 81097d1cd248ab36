// Where everything in a YAML text stands, as plain data: it outlives the syntax tree, which takes a hundred times the room
// of the text, and may be kept or sent to another thread.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Alias, type Pair, type YAMLMap } from 'yaml';
import type { SourcePlace } from '../../model/problem.ts';
import type { Locate, Path } from './reporter.ts';

export interface PlaceTable {
  /** Offset of each line. */
  readonly lineStarts: readonly number[];
  readonly root: PlaceNode;
}

/** Offset of a value without a key; or its offset, that of its key (-1: none), whether nothing is written, what is in it. */
export type PlaceNode = number | readonly [start: number, key: number, isEmpty: boolean, PlacesInside | null];

type PlacesInside = PlaceNode[] | Map<string, PlaceNode>;

/** What the reader of the tree knows of it. */
export interface TreeFacts {
  readonly targetOf: (alias: Alias) => unknown;
  /** Undefined for a map that is not read as one. */
  readonly pairsOf: (map: YAMLMap) => ReadonlyMap<string, Pair> | undefined;
}

export const NO_PLACES: PlaceTable = { lineStarts: [0], root: 0 };

/** What an alias stands for is in the table once, and shared. */
export function placeNodesOf(root: unknown, facts: TreeFacts): PlaceNode {
  const known = new Map<unknown, PlacesInside | null>();
  const inside = (node: unknown): PlacesInside | null => {
    const collection = isAlias(node) ? facts.targetOf(node) : node;
    if (!isMap(collection) && !isSeq(collection)) return null;
    const before = known.get(collection);
    if (before !== undefined) return before;
    const places = isSeq(collection)
      ? collection.items.map((item) => nodeAt(item, -1))
      : insideMap(facts.pairsOf(collection));
    known.set(collection, places);
    return places;
  };
  const insideMap = (pairs: ReadonlyMap<string, Pair> | undefined): PlacesInside =>
    new Map([...(pairs ?? [])].map(([name, { key, value }]) => [name, nodeAt(value, startOf(key))]));
  const nodeAt = (node: unknown, key: number): PlaceNode => {
    const places = inside(node);
    const isEmpty = isScalar(node) && node.source === '' && node.type === 'PLAIN';
    return key < 0 && places === null ? startOf(node) : [startOf(node), key, isEmpty, places];
  };
  return nodeAt(root, -1);
}

export function startOf(node: unknown): number {
  if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return node.range?.[0] ?? 0;
  return 0;
}

/** Of a path that is not there, the nearest one around it. */
export function locateByTable(file: string, { lineStarts, root }: PlaceTable): Locate {
  const lines = new LineCounter();
  lines.lineStarts = [...lineStarts];
  return (path, part): SourcePlace => {
    const { line, col } = lines.linePos(offsetIn(root, path, part));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function offsetIn(root: PlaceNode, path: Path, part: 'key' | 'value'): number {
  let node = root;
  for (const step of path) {
    const inner = childOf(node, step);
    if (inner === undefined) return typeof node === 'number' ? node : node[0];
    node = inner;
  }
  if (typeof node === 'number') return node;
  const [start, key, isEmpty] = node;
  return key >= 0 && (part === 'key' || isEmpty) ? key : start;
}

function childOf(node: PlaceNode, step: string | number): PlaceNode | undefined {
  const inside = typeof node === 'number' ? null : node[3];
  if (inside === null) return undefined;
  if (inside instanceof Map) return inside.get(String(step));
  return typeof step === 'number' ? inside[step] : undefined;
}

/** With the places of these keys at the top alone. */
export function placesOfKeys({ lineStarts, root }: PlaceTable, keys: readonly string[]): PlaceTable {
  if (typeof root === 'number' || !(root[3] instanceof Map)) return { lineStarts, root };
  const [start, key, isEmpty, inside] = root;
  const chosen = new Map([...inside].filter(([name]) => keys.includes(name)));
  return { lineStarts, root: [start, key, isEmpty, chosen] };
}
