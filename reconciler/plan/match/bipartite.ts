// Kuhn's augmenting paths: as many pairs as possible, and among those, likely partners first.
import { groupBy } from '../../model/collections.ts';

interface Edge {
  readonly from: object;
  readonly to: object;
  readonly score: number;
}

/**
 * A largest set of edges no two of which share an end. Ends are told apart as objects. The answer depends
 * on the order of equal scores only, so callers sort their input.
 */
export function pairUp<E extends Edge>(edges: readonly E[]): E[] {
  const byScore = [...edges].sort((a, b) => b.score - a.score);
  const edgesOf = groupBy<E['from'], E>(byScore, ({ from }) => from);
  const chosen = new Map<E['to'], E>();
  for (const from of edgesOf.keys()) augment(from, edgesOf, chosen, new Set());
  return [...chosen.values()];
}

/** Finds `from` a partner, moving the partners of others where they have another choice. */
function augment<E extends Edge>(
  from: E['from'],
  edgesOf: ReadonlyMap<E['from'], readonly E[]>,
  chosen: Map<E['to'], E>,
  tried: Set<E['to']>,
): boolean {
  const edges = edgesOf.get(from) ?? [];
  const free = edges.find(({ to }) => !chosen.has(to));
  if (free !== undefined) {
    chosen.set(free.to, free);
    return true;
  }
  for (const edge of edges) {
    if (tried.has(edge.to)) continue;
    tried.add(edge.to);
    const holder = chosen.get(edge.to);
    if (holder === undefined || augment(holder.from, edgesOf, chosen, tried)) {
      chosen.set(edge.to, edge);
      return true;
    }
  }
  return false;
}
