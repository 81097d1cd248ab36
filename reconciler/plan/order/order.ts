// The order of calls in which no packet is ever treated otherwise than before or after (theorems T1', T3 of
// docs/algorithms.md): first everything new from the highest precedence down, then everything old from the
// lowest precedence up. Two rules constrain each other only if they decide otherwise about one packet.
import type { DescribedGroup } from '../../model/group.ts';
import {
  authorization,
  backwards,
  checkpointFirst,
  compareChanges,
  modification,
  revocation,
  type CallLimits,
  type Change,
  type Changes,
} from './calls.ts';
import { earlyReleases } from './early-release.ts';
import { byKind } from '../match/pair.ts';
import type { Difference, Step } from '../plan.ts';
import { Scheduler } from './scheduler.ts';

/**
 * Every prefix of the steps is hitless, and so is every subset of a batch while it is under way (with
 * `batchesAtomic`, every prefix only). Crossing pairs in `changes` must be safe between the halves. The revoking
 * half is the authorizing half of the way back, read backwards. `between` are further steps to go between the halves.
 */
export function order(
  changes: Changes,
  group: DescribedGroup,
  limits: CallLimits,
  between: readonly Step[] = [],
): Step[] {
  const pairs = byKind(changes.modified);
  const added = [
    ...changes.added.map(authorization),
    ...pairs.dominating.map((pair) => modification(pair, 'to')),
  ].sort(compareChanges);
  const removed = [
    ...changes.removed.map(revocation),
    ...pairs.dominated.map((pair) => modification(pair, 'from')),
  ].sort(compareChanges);
  const scheduler = new Scheduler(limits);
  const early = earlyReleases(changes, group, limits);
  const authorizing = scheduler.strongestFirst(added, early?.authorizing ?? null);
  const revoking = [
    ...scheduler.inAnyOrder(inPlace(pairs.crossing)),
    ...backwards(scheduler.strongestFirst(removed, early?.revoking ?? null)),
  ];
  const adds = changes.added.length > 0;
  return [
    ...authorizing,
    ...(adds ? checkpointFirst(between) : between),
    ...(adds || between.length > 0 ? checkpointFirst(revoking) : revoking),
    ...scheduler.inAnyOrder(inPlace(pairs.relabelling)),
  ];
}

const inPlace = (pairs: readonly Difference[]): Change[] => pairs.map((pair) => modification(pair, 'to'));
