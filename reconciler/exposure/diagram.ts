// An ordered interval decision diagram. A node asks for one dimension and has one edge for each run of
// atoms; an edge leads to a node of a later dimension or to a terminal, which is a small number. Nodes
// are made once ("hash-consed"): neighbouring edges with the same child are merged, a node with a
// single edge is its child, equal nodes are one. So equal functions are the same node, "no packet at
// all" is the terminal `NOTHING` and costs one comparison, and every path is a box disjoint from all
// other paths.
import { itemAt } from './at.ts';

/** Nodes count up from 0; terminals count down from -1. */
export type NodeRef = number;

/** The terminal of packets that the question is not looking for. */
export const NOTHING: NodeRef = -1;

export const terminal = (value: number): NodeRef => -1 - value;
export const isTerminal = (ref: NodeRef): boolean => ref < 0;
export const terminalValue = (ref: NodeRef): number => -1 - ref;

export interface DiagramNode {
  readonly dimension: number;
  /** The last atom of each edge, ascending. Edges start where the one before ends, the first at the frame. */
  readonly ends: readonly number[];
  readonly children: readonly NodeRef[];
}

export class Diagram {
  readonly #nodes: DiagramNode[] = [];
  readonly #known = new Map<string, NodeRef>();

  node(ref: NodeRef): DiagramNode {
    return itemAt(this.#nodes, ref);
  }

  /** The node with these edges, which need not be merged yet. */
  intern(dimension: number, ends: readonly number[], children: readonly NodeRef[]): NodeRef {
    const merged: { ends: number[]; children: NodeRef[] } = { ends: [], children: [] };
    for (const [edge, child] of children.entries()) {
      if (child === merged.children.at(-1)) merged.ends.pop();
      else merged.children.push(child);
      merged.ends.push(itemAt(ends, edge));
    }
    if (merged.children.length === 1) return itemAt(merged.children, 0);
    const key = exactKey(Int32Array.of(dimension, ...merged.ends, ...merged.children));
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const ref = this.#nodes.push({ dimension, ...merged }) - 1;
    this.#known.set(key, ref);
    return ref;
  }
}

/** A text that is equal for equal words and different for different ones: the bytes themselves. */
export function exactKey(words: Int32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('latin1');
}
