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
  readonly #keys: KeyWriter;

  constructor(keys: KeyWriter) {
    this.#keys = keys;
  }

  node(ref: NodeRef): DiagramNode {
    return itemAt(this.#nodes, ref);
  }

  /** The node with these edges, of which neighbours may have the same child. */
  intern(dimension: number, ends: readonly number[], children: readonly NodeRef[]): NodeRef {
    const mergedEnds: number[] = [];
    const mergedChildren: NodeRef[] = [];
    for (let edge = 0; edge < children.length; edge += 1) {
      const child = itemAt(children, edge);
      if (child === children[edge + 1]) continue;
      mergedEnds.push(itemAt(ends, edge));
      mergedChildren.push(child);
    }
    if (mergedChildren.length === 1) return itemAt(mergedChildren, 0);
    const key = this.#keys.exactKey(dimension, mergedEnds, mergedChildren);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const ref = this.#nodes.push({ dimension, ends: mergedEnds, children: mergedChildren }) - 1;
    this.#known.set(key, ref);
    return ref;
  }
}

/** Makes texts that are equal for equal numbers and different for different ones: their very bytes. */
export class KeyWriter {
  /** Written over by each key. */
  #words = new Int32Array(64);
  #bytes = Buffer.from(this.#words.buffer);

  exactKey(first: number, second: readonly number[], third: ArrayLike<number>): string {
    const size = 1 + second.length + third.length;
    if (size > this.#words.length) {
      this.#words = new Int32Array(2 * size);
      this.#bytes = Buffer.from(this.#words.buffer);
    }
    this.#words[0] = first;
    for (let at = 0; at < second.length; at += 1) this.#words[1 + at] = itemAt(second, at);
    this.#words.set(third, 1 + second.length);
    return this.#bytes.toString('latin1', 0, size * Int32Array.BYTES_PER_ELEMENT);
  }
}
