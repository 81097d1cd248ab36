// Where everything in a YAML text stands, as plain data: it outlives the syntax tree, which takes a hundred times the room
// of the text, and may be kept or sent to another thread. All numbers are distances to something near: of alike rules they
// are alike, so that the table of a file deflates to a quarter of what offsets do.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Alias,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { SourcePlace } from '../../model/problem.ts';
import type { Locate, Path } from './reporter.ts';

export interface PlaceTable {
  /** From the start of the line before to that of each line; the first one is that of the text. */
  readonly lineSteps: readonly number[];
  readonly root: PlaceNode;
}

/**
 * Of a value without a key and with nothing in it: how far its start is from that of what it is in. Of another one also how
 * far its key is before it (0: it has none), whether nothing is written, and what is in it.
 */
export type PlaceNode =
  number | readonly [start: number, keyBefore: number, isEmpty: boolean, PlacesInside | null];

interface PlacesInside {
  /** From the start of the value, which may be an alias, to that of the collection: what is in it is told from there. */
  readonly shift: number;
  readonly nodes: PlaceNode[] | Map<string, PlaceNode>;
}

/** What the reader of the tree knows of it. */
export interface TreeFacts {
  readonly targetOf: (alias: Alias) => unknown;
  /** Undefined for a map that is not read as one. */
  readonly pairsOf: (map: YAMLMap) => ReadonlyMap<string, Pair> | undefined;
}

export const NO_PLACES: PlaceTable = { lineSteps: [0], root: 0 };

/** @param starts offset of each line */
export const lineStepsOf = (starts: readonly number[]): number[] =>
  starts.map((start, line) => start - (starts[line - 1] ?? 0));

/** What an alias stands for is in the table once, and shared. */
export function placeNodesOf(root: unknown, facts: TreeFacts): PlaceNode {
  const known = new Map<unknown, PlacesInside['nodes']>();
  const inside = (node: unknown): PlacesInside | null => {
    const collection = isAlias(node) ? facts.targetOf(node) : node;
    if (!isMap(collection) && !isSeq(collection)) return null;
    const nodes = known.get(collection) ?? nodesIn(collection);
    known.set(collection, nodes);
    return { shift: startOf(collection) - startOf(node), nodes };
  };
  const nodesIn = (collection: YAMLMap | YAMLSeq): PlacesInside['nodes'] => {
    const from = startOf(collection);
    if (isSeq(collection)) return collection.items.map((item) => nodeAt(item, from));
    const pairs = [...(facts.pairsOf(collection) ?? [])];
    return new Map(pairs.map(([name, { key, value }]) => [name, nodeAt(value, from, key)]));
  };
  const nodeAt = (node: unknown, from: number, key?: unknown): PlaceNode => {
    const places = inside(node);
    const start = startOf(node);
    const isEmpty = isScalar(node) && node.source === '' && node.type === 'PLAIN';
    if (key === undefined && places === null) return start - from;
    return [start - from, key === undefined ? 0 : start - startOf(key), isEmpty, places];
  };
  return nodeAt(root, 0);
}

export function startOf(node: unknown): number {
  if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return node.range?.[0] ?? 0;
  return 0;
}

/** Of a path that is not there, the nearest one around it. */
export function locateByTable(file: string, { lineSteps, root }: PlaceTable): Locate {
  const lines = new LineCounter();
  let start = 0;
  lines.lineStarts = lineSteps.map((step) => (start += step));
  return (path, part): SourcePlace => {
    const { line, col } = lines.linePos(offsetIn(root, path, part));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function offsetIn(root: PlaceNode, path: Path, part: 'key' | 'value'): number {
  let node = root;
  let start = startIn(0, node);
  for (const step of path) {
    const inside = typeof node === 'number' ? null : node[3];
    const inner = inside === null ? undefined : childOf(inside, step);
    if (inside === null || inner === undefined) return start;
    start = startIn(start + inside.shift, inner);
    node = inner;
  }
  if (typeof node === 'number') return start;
  const [, keyBefore, isEmpty] = node;
  return part === 'key' || isEmpty ? start - keyBefore : start;
}

const startIn = (from: number, node: PlaceNode): number => from + (typeof node === 'number' ? node : node[0]);

function childOf({ nodes }: PlacesInside, step: string | number): PlaceNode | undefined {
  if (nodes instanceof Map) return nodes.get(String(step));
  return typeof step === 'number' ? nodes[step] : undefined;
}

/** With the places of these keys at the top alone. */
export function placesOfKeys({ lineSteps, root }: PlaceTable, keys: readonly string[]): PlaceTable {
  const inside = typeof root === 'number' ? null : root[3];
  if (typeof root === 'number' || inside === null || !(inside.nodes instanceof Map))
    return { lineSteps, root };
  const [start, keyBefore, isEmpty] = root;
  const nodes = new Map([...inside.nodes].filter(([name]) => keys.includes(name)));
  return { lineSteps, root: [start, keyBefore, isEmpty, { ...inside, nodes }] };
}
