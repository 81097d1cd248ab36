// Changes that share no packet do not know of each other (theorem T4 of docs/algorithms.md): each connected
// part of a plan may be carried out by itself, one after the other.
import { groupBy } from '../../model/collections.ts';
import type { Changes } from './calls.ts';
import { overlaps, extentOf, type Extent } from '../overlap.ts';

/** One change with everything that it touches. */
interface Node {
  readonly changes: Changes;
  readonly extents: readonly Extent[];
}

/** The parts, in the order of their first members; together they hold every change once. */
export function components(changes: Changes): Changes[] {
  const nodes = nodesOf(changes);
  const part = nodes.map((_, at) => at);
  const root = (at: number): number => {
    const parent = part[at] ?? at;
    if (parent === at) return at;
    const top = root(parent);
    part[at] = top;
    return top;
  };
  for (const [at, node] of nodes.entries()) {
    for (let other = 0; other < at; other += 1) {
      const before = nodes[other];
      if (before === undefined || root(other) === root(at) || !touch(before, node)) continue;
      part[Math.max(root(other), root(at))] = Math.min(root(other), root(at));
    }
  }
  const parts = groupBy([...nodes.entries()], ([at]) => root(at));
  return [...parts.values()].map((members) => join(members.map(([, { changes: own }]) => own)));
}

export function join(parts: readonly Changes[]): Changes {
  return {
    added: parts.flatMap((part) => part.added),
    modified: parts.flatMap((part) => part.modified),
    removed: parts.flatMap((part) => part.removed),
  };
}

const NONE: Changes = { added: [], modified: [], removed: [] };

function nodesOf({ added, modified, removed }: Changes): Node[] {
  return [
    ...added.map((item) => node({ ...NONE, added: [item] }, [extentOf(item.rule)])),
    ...modified.map((pair) =>
      node({ ...NONE, modified: [pair] }, [extentOf(pair.from.rule), extentOf(pair.to.rule)]),
    ),
    ...removed.map((item) => node({ ...NONE, removed: [item] }, [extentOf(item.rule)])),
  ];
}

const node = (changes: Changes, extents: readonly Extent[]): Node => ({ changes, extents });

const touch = (a: Node, b: Node): boolean =>
  a.extents.some((one) => b.extents.some((other) => overlaps(one, other)));
