// From a diagram back to packets: each path is a region, parallel edges taken together.
import { itemAt } from './at.ts';
import type { AtomRange, Span } from './axis.ts';
import { isTerminal, NOTHING, terminalValue, type DiagramNode, type NodeRef } from './diagram.ts';
import type { Explored } from './explore.ts';
import type { Field, SetSymbol } from './rule-boxes.ts';
import type { Universe } from './universe.ts';

/** The packets whose every field lies in one of the ranges given for it, one list a dimension. */
export type Region = ReadonlyArray<readonly AtomRange[]>;

export interface FoundRegion {
  readonly terminal: number;
  readonly region: Region;
}

/** All regions that are not `NOTHING`: disjoint, together exact, in the order of the dimensions. */
export function* regionsOf({ diagram, root, frame }: Explored): Generator<FoundRegion> {
  const whole = frame.map((range) => [range]);
  const bundles = new Map<NodeRef, readonly Bundle[]>();
  const todo: Array<{ readonly ref: NodeRef; readonly trail: Trail | null }> = [{ ref: root, trail: null }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { ref, trail } = next;
    if (ref === NOTHING) continue;
    if (isTerminal(ref)) {
      yield { terminal: terminalValue(ref), region: regionAlong(trail, whole) };
      continue;
    }
    const { dimension } = diagram.node(ref);
    const known = bundles.get(ref) ?? bundle(diagram.node(ref), itemAt(frame, dimension).lo);
    bundles.set(ref, known);
    for (const { child, ranges } of known.toReversed()) {
      todo.push({ ref: child, trail: { dimension, ranges, above: trail } });
    }
  }
}

/** The way to a node: what each node above it asked for. */
interface Trail {
  readonly dimension: number;
  readonly ranges: readonly AtomRange[];
  readonly above: Trail | null;
}

function regionAlong(trail: Trail | null, whole: Region): Region {
  const region = [...whole];
  for (let step = trail; step !== null; step = step.above) region[step.dimension] = step.ranges;
  return region;
}

/** Parallel edges taken together. */
interface Bundle {
  readonly child: NodeRef;
  readonly ranges: AtomRange[];
}

function bundle({ ends, children }: DiagramNode, first: number): Bundle[] {
  const bundles = new Map<NodeRef, Bundle>();
  let lo = first;
  for (const [edge, child] of children.entries()) {
    const hi = itemAt(ends, edge);
    const known = bundles.get(child);
    if (known === undefined) bundles.set(child, { child, ranges: [{ lo, hi }] });
    else known.ranges.push({ lo, hi });
    lo = hi + 1;
  }
  return [...bundles.values()];
}

/** The values of one field, ascending. */
export function spansOf(universe: Universe, region: Region, field: Field): Span[] {
  const dimension = universe.fields.indexOf(field);
  return itemAt(region, dimension).map((atoms) => itemAt(universe.axes, dimension).spanOf(atoms));
}

/** Whether the region leaves a field open. */
export function isOpen(universe: Universe, region: Region, field: Field): boolean {
  const dimension = universe.fields.indexOf(field);
  const [range] = itemAt(region, dimension);
  return range?.lo === 0 && range.hi === itemAt(universe.axes, dimension).size - 1;
}

/** The symbols that every packet of some region is, and is not, in. */
export interface Membership {
  readonly memberOf: readonly SetSymbol[];
  readonly notMemberOf: readonly SetSymbol[];
}

export function membership(universe: Universe, region: Region): Membership {
  const memberOf: SetSymbol[] = [];
  const notMemberOf: SetSymbol[] = [];
  for (const [index, symbol] of universe.symbols.entries()) {
    const { lo, hi } = itemAt(itemAt(region, universe.fields.length + index), 0);
    if (lo === 1) memberOf.push(symbol);
    if (hi === 0) notMemberOf.push(symbol);
  }
  return { memberOf, notMemberOf };
}
