// How many of the possible pairs to use: the setting `modify`.
import { changesOf, type CallLimits } from '../order/calls.ts';
import { idleTwins } from '../coexist/idle-twins.ts';
import { forcedPairs } from '../coexist/forced-pairs.ts';
import { safePairs, withPairs } from './safe-pairs.ts';
import { order } from '../order/order.ts';
import { fits, loadOf, minus, quotaOf } from '../fit/quota.ts';
import type { Difference, Diff, PlanOptions } from '../plan.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { DIRECTIONS, type Direction } from '../../model/rule.ts';

/** Beyond a few pairs batches always cost fewer calls (docs/algorithms.md, section 5), unless rules alternate. */
const MOST_PAIRS_WORTH_COUNTING = 8;

/**
 * The diff with those leftovers that one Modify shall turn into each other under `different`. Forced pairs
 * are made under every setting; the others within `maxModifyPerPlan`, which counts all of them, and beyond it
 * where the group has no room for new rules beside old ones.
 */
export function match(found: Diff, group: DescribedGroup, options: PlanOptions, calls: CallLimits): Diff {
  const diff = withPairs(found, forcedPairs(found, group, options));
  if (options.modify === 'never') return diff;
  const idle = new Set(idleTwins(diff));
  const pairs = safePairs({ ...diff, unexpected: diff.unexpected.filter((twin) => !idle.has(twin)) }, group);
  const allowed = pairs.slice(0, Math.max(0, options.maxModifyPerPlan - diff.different.length));
  const chosen = options.modify === 'prefer' ? allowed : fewestCalls(diff, allowed, group, calls);
  return withPairs(diff, [...chosen, ...pairsForRoom(diff, group, { pairs, chosen }, options)]);
}

/** As many of the pairs that are left as it takes for the new rules to find room. */
function pairsForRoom(
  diff: Diff,
  group: DescribedGroup,
  { pairs, chosen }: { readonly pairs: readonly Difference[]; readonly chosen: readonly Difference[] },
  options: PlanOptions,
): Difference[] {
  const quota = quotaOf(group.rules, options);
  const { missing } = withPairs(diff, chosen);
  let load = loadOf([...group.rules, ...missing], options);
  const more: Difference[] = [];
  for (const pair of pairs) {
    if (fits(load, quota)) break;
    if (chosen.includes(pair)) continue;
    more.push(pair);
    load = minus(load, loadOf([pair.to], options));
  }
  return more;
}

/** Of equally few calls the most pairs: a Modify keeps the rule's id and needs no free slot. */
function fewestCalls(
  diff: Diff,
  pairs: readonly Difference[],
  group: DescribedGroup,
  calls: CallLimits,
): Difference[] {
  return DIRECTIONS.flatMap((direction) => {
    const inDirection = pairs.filter(({ to }) => to.rule.direction === direction);
    const only = onlyDirection(diff, direction);
    let best: { readonly calls: number; readonly pairs: readonly Difference[] } | null = null;
    for (let count = 0; count <= Math.min(inDirection.length, MOST_PAIRS_WORTH_COUNTING); count += 1) {
      const chosen = inDirection.slice(0, count);
      const steps = order(changesOf(withPairs(only, chosen)), group, calls);
      if (best === null || steps.length <= best.calls) best = { calls: steps.length, pairs: chosen };
    }
    return best?.pairs ?? [];
  });
}

function onlyDirection(diff: Diff, direction: Direction): Diff {
  return {
    ...diff,
    missing: diff.missing.filter(({ rule }) => rule.direction === direction),
    unexpected: diff.unexpected.filter(({ rule }) => rule.direction === direction),
    different: diff.different.filter(({ to }) => to.rule.direction === direction),
  };
}
