// Where no hitless order exists, one half of the promise can still be kept, with little room (theorem T2 of
// docs/algorithms.md): never open anything that neither old nor new allows, or never cut anything that both allow.
import type { RuleAction } from '../../model/rule.ts';
import {
  authorization,
  checkpointFirst,
  compareChanges,
  modification,
  revocation,
  type CallLimits,
  type Change,
  type Changes,
} from './calls.ts';
import { byKind } from '../match/pair.ts';
import type { Step } from '../plan.ts';
import { Scheduler } from './scheduler.ts';

/**
 * Four phases, in any order inside: for `neverOpen` accepts are removed, drops added, drops removed, accepts added; for
 * `neverCut` the same with the actions exchanged. A crossing pair becomes a revocation and an authorization.
 */
export function oneSided(changes: Changes, limits: CallLimits, promise: 'neverOpen' | 'neverCut'): Step[] {
  const early: RuleAction = promise === 'neverOpen' ? 'accept' : 'drop';
  const { relabelling, dominating, dominated, crossing } = byKind(changes.modified);
  const added = [
    ...[...changes.added, ...crossing.map(({ to }) => to)].map(authorization),
    ...dominating.map((pair) => modification(pair, 'to')),
  ];
  const removed = [
    ...[...changes.removed, ...crossing.map(({ from }) => from)].map(revocation),
    ...dominated.map((pair) => modification(pair, 'from')),
  ];
  const scheduler = new Scheduler(limits);
  const phase = (all: readonly Change[], isEarly: boolean): Step[] =>
    scheduler.inAnyOrder(all.filter(({ rule }) => (rule.action === early) === isEarly).sort(compareChanges));
  const additions = phase(added, false);
  const removals = phase(removed, false);
  const relies = additions.some(({ kind }) => kind === 'authorize');
  return [
    ...phase(removed, true),
    ...additions,
    ...(relies ? checkpointFirst(removals) : removals),
    ...phase(added, true),
    ...scheduler.inAnyOrder(relabelling.map((pair) => modification(pair, 'to'))),
  ];
}
