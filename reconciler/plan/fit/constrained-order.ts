// The steps of one part of a plan for which there is too little room to add before removing: found by search.
import { groupContext } from '../../exposure/engine/context.ts';
import type { DescribedRule } from '../../model/group.ts';
import {
  authorization,
  modification,
  revocation,
  toStep,
  toSteps,
  type Change,
  type Changes,
} from '../order/calls.ts';
import { anyOrder, byKind } from '../order/order.ts';
import type { Step } from '../plan.ts';
import { loadOf, minus } from './quota.ts';
import type { Room } from './staged-order.ts';
import { searchCalls, type Patience } from './search.ts';
import { searchSpace, type Move } from './search-space.ts';

/**
 * Null if no hitless order was found. `patience` is that of `Task`. Texts change last: before that the cloud might
 * hold a twin of the rule, and refuse.
 */
export function squeeze(
  changes: Changes,
  held: readonly DescribedRule[],
  room: Room,
  patience: Patience,
): Step[] | null {
  const { relabelling, dominating, dominated, crossing } = byKind(changes.modify);
  const others = { ...changes, modify: [...dominating, ...dominated, ...crossing] };
  const steps = squeezeOthers(others, held, room, patience);
  const texts = relabelling.map((pair) => modification(pair, 'to'));
  return steps === null ? null : [...steps, ...toSteps(texts, room.calls, anyOrder)];
}

function squeezeOthers(
  changes: Changes,
  held: readonly DescribedRule[],
  room: Room,
  patience: Patience,
): Step[] | null {
  const group = { ...room.group, rules: held };
  const task = {
    space: searchSpace(changes, group, room.options),
    context: groupContext(group),
    alone: room.policy.alone,
    free: minus(room.quota, loadOf(held, room.options)),
    patience,
  };
  const calls = searchCalls(task, room.calls);
  return calls === null ? null : stepsOf(calls);
}

/** Anything that takes a rule away relies on those that were authorized before: it looks again first. */
function stepsOf(calls: ReadonlyArray<readonly Move[]>): Step[] {
  let relies = false;
  return calls.map((moves) => {
    const step = toStep(moves.map(changeOf));
    const checkpoint = relies && step.kind !== 'authorize';
    relies = step.kind === 'authorize';
    return { ...step, checkpoint };
  });
}

function changeOf(move: Move): Change {
  switch (move.kind) {
    case 'authorize':
      return authorization(move.desired);
    case 'modify':
      return modification(move.pair, 'to');
    case 'revoke':
      return revocation(move.target);
  }
}
