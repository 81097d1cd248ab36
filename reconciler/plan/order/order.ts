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
  toSteps,
  type CallOptions,
  type Changes,
} from './calls.ts';
import { Foresight } from './early-release.ts';
import { pairKind, type PairKind } from '../match/pair.ts';
import type { Alteration, Step } from '../plan.ts';
import { overrules, regionOf } from '../overlap.ts';

/**
 * Every prefix of the steps is hitless, and so is every subset of a batch while it is under way (with
 * `batchesAtomic`, every prefix only). Crossing pairs in `changes` must be safe between the halves. The revoking
 * half is the authorizing half of the way back, read backwards. `between` are further steps to go between the halves.
 */
export function order(
  changes: Changes,
  group: DescribedGroup,
  options: CallOptions,
  between: readonly Step[] = [],
): Step[] {
  const pairs = byKind(changes.modify);
  const coming = [
    ...changes.authorize.map(authorization),
    ...pairs.dominating.map((pair) => modification(pair, 'to')),
  ].sort(compareChanges);
  const going = [
    ...changes.revoke.map(revocation),
    ...pairs.dominated.map((pair) => modification(pair, 'from')),
  ].sort(compareChanges);
  const foresight =
    options.batchesAtomic || !Foresight.isWorthwhile(changes)
      ? null
      : new Foresight(changes, group, options.foresight);
  const authorizing = toSteps(coming, options, overrules, foresight?.authorizing());
  const revoking = [
    ...toSteps(inPlace(pairs.crossing), options, anyOrder),
    ...backwards(toSteps(going, options, overrules, foresight?.revoking())),
  ];
  const brings = changes.authorize.length > 0;
  return [
    ...authorizing,
    ...(brings ? checkpointFirst(between) : between),
    ...(brings || between.length > 0 ? checkpointFirst(revoking) : revoking),
    ...toSteps(inPlace(pairs.relabelling), options, anyOrder),
  ];
}

export const anyOrder = (): boolean => false;

export function byKind(pairs: readonly Alteration[]): Record<PairKind, Alteration[]> {
  const sorted: Record<PairKind, Alteration[]> = {
    relabelling: [],
    dominating: [],
    dominated: [],
    crossing: [],
  };
  for (const pair of pairs) sorted[kindOf(pair)].push(pair);
  return sorted;
}

const kindOf = ({ from, to }: Alteration): PairKind => pairKind(regionOf(from.rule), regionOf(to.rule));

const inPlace = (pairs: readonly Alteration[]) => pairs.map((pair) => modification(pair, 'to'));
