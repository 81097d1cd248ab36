import { groupBy } from '../../model/collections.ts';
import { itemAt } from '../engine/at.ts';
import type { AtomRange } from '../engine/axis.ts';
import type { Region } from '../engine/region.ts';
import type { Field } from '../engine/rule-boxes.ts';

/**
 * Fewer regions for the same packets. A path of the diagram splits on every dimension above it; regions
 * that differ only in their peers, and then those that differ only in their ports, become one again.
 */
export function compactRegions(regions: readonly Region[], fields: readonly Field[]): Region[] {
  const names = new RangesNames();
  const byPeer = mergeAlong(fields.indexOf('peer'), regions, names);
  return mergeAlong(fields.indexOf('port'), byPeer, names);
}

function mergeAlong(dimension: number, regions: readonly Region[], names: RangesNames): Region[] {
  const alike = groupBy(regions, (region) =>
    region.map((ranges, index) => (index === dimension ? '' : names.nameOf(ranges))).join(),
  );
  return Array.from(alike.values(), (same) => {
    const first = itemAt(same, 0);
    if (same.length === 1) return first;
    return first.with(dimension, joinRanges(same.flatMap((region) => itemAt(region, dimension))));
  });
}

/** Short names, equal for equal ranges. Most lists are shared by many regions, and are read once. */
class RangesNames {
  readonly #byList = new Map<readonly AtomRange[], number>();
  readonly #byText = new Map<string, number>();

  nameOf(ranges: readonly AtomRange[]): number {
    const known = this.#byList.get(ranges);
    if (known !== undefined) return known;
    const text = ranges.map(({ lo, hi }) => `${lo}-${hi}`).join();
    const name = this.#byText.get(text) ?? this.#byText.size;
    this.#byText.set(text, name);
    this.#byList.set(ranges, name);
    return name;
  }
}

/** Disjoint ranges in order, those that touch as one. */
function joinRanges(ranges: readonly AtomRange[]): AtomRange[] {
  const joined: AtomRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.lo - b.lo)) {
    const last = joined.at(-1);
    if (last?.hi === range.lo - 1) joined[joined.length - 1] = { lo: last.lo, hi: range.hi };
    else joined.push(range);
  }
  return joined;
}
