import { itemAt } from './at.ts';
import type { AtomRange } from './axis.ts';
import type { Region } from './region.ts';
import { FIELDS } from './rule-boxes.ts';

/**
 * Fewer regions for the same packets. A path of the diagram splits on every dimension above it; regions
 * that differ only in their peers, and then those that differ only in their ports, become one again.
 */
export function compactRegions(regions: readonly Region[]): Region[] {
  return mergeAlong(mergeAlong(regions, FIELDS.indexOf('peer')), FIELDS.indexOf('port'));
}

function mergeAlong(regions: readonly Region[], dimension: number): Region[] {
  const alike = new Map<string, Region[]>();
  for (const region of regions) {
    const key = otherFields(region, dimension);
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [region]);
    else same.push(region);
  }
  return Array.from(alike.values(), (same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return itemAt(same, 0);
    return first.with(dimension, joinRanges(same.flatMap((region) => itemAt(region, dimension))));
  });
}

function otherFields(region: Region, dimension: number): string {
  let key = '';
  for (const [index, ranges] of region.entries()) {
    if (index !== dimension) for (const { lo, hi } of ranges) key += `${lo}-${hi},`;
    key += ';';
  }
  return key;
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
