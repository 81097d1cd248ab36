// Where no hitless order exists, one half of the promise can still be kept, with little room (theorem T2 of
// docs/algorithms.md): never open anything that neither old nor new allows, or never cut anything that both allow.
import type { RuleAction } from '../../model/rule.ts';
import {
  authorization,
  checkpointFirst,
  compareChanges,
  modification,
  revocation,
  toSteps,
  type CallOptions,
  type Change,
  type Changes,
} from './calls.ts';
import { anyOrder, byKind } from './order.ts';
import type { Alteration, Step } from '../plan.ts';

/**
 * Four phases, in any order inside: for `neverOpen` accepts go, drops come, drops go, accepts come; for
 * `neverCut` the same with the actions exchanged. A crossing pair becomes a revocation and an authorization.
 */
export function oneSided(changes: Changes, options: CallOptions, promise: 'neverOpen' | 'neverCut'): Step[] {
  const early: RuleAction = promise === 'neverOpen' ? 'accept' : 'drop';
  const { coming, going, relabelling } = split(changes);
  const phase = (all: readonly Change[], isEarly: boolean): Step[] =>
    toSteps(
      all.filter(({ rule }) => (rule.action === early) === isEarly).sort(compareChanges),
      options,
      anyOrder,
    );
  const brought = phase(coming, false);
  const released = phase(going, false);
  const relies = brought.some(({ kind }) => kind === 'authorize');
  return [
    ...phase(going, true),
    ...brought,
    ...(relies ? checkpointFirst(released) : released),
    ...phase(coming, true),
    ...toSteps(
      relabelling.map((pair) => modification(pair, 'to')),
      options,
      anyOrder,
    ),
  ];
}

function split(changes: Changes): {
  readonly coming: readonly Change[];
  readonly going: readonly Change[];
  readonly relabelling: readonly Alteration[];
} {
  const { relabelling, dominating, dominated, crossing } = byKind(changes.modify);
  return {
    coming: [
      ...[...changes.authorize, ...crossing.map(({ to }) => to)].map(authorization),
      ...dominating.map((pair) => modification(pair, 'to')),
    ],
    going: [
      ...[...changes.revoke, ...crossing.map(({ from }) => from)].map(revocation),
      ...dominated.map((pair) => modification(pair, 'from')),
    ],
    relabelling,
  };
}
