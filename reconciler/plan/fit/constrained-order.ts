// The steps of one part of a plan for which there is too little room to add before removing: found by search,
// with one temporary rule as the last resort. A temporary rule says in its description what it is, and the
// same part removes it again; should a crash leave it behind, the next plan finds it surplus.
import { groupContext } from '../../exposure/engine/context.ts';
import { matchesGlob } from '../../model/glob.ts';
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import type { Rule } from '../../model/rule.ts';
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
import { fits, loadOf, minus } from './quota.ts';
import type { Room } from './staged-order.ts';
import { searchCalls, type Patience } from './search.ts';
import { searchSpace, type Move, type SearchSpace } from './search-space.ts';
import { hulls, TEMPORARY } from './temporary.ts';

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
  const space = searchSpace(changes, group, room.options);
  const task = {
    space,
    context: groupContext(group),
    alone: room.policy.alone,
    free: minus(room.quota, loadOf(held, room.options)),
    helper: null,
    patience,
  };
  const calls = searchCalls(task, room.calls);
  if (calls !== null) return stepsOf(calls);
  for (const helper of helpers(space, held, room)) {
    const free = minus(task.free, loadOf([{ rule: helper }], room.options));
    if (!fits({ rules: 0, groupRules: 0 }, free)) continue;
    const helped = searchCalls({ ...task, free, helper }, room.calls);
    if (helped !== null) return withTemporary(helper, stepsOf(helped), room);
  }
  return null;
}

function helpers(space: SearchSpace, held: readonly DescribedRule[], room: Room): Rule[] {
  const { policy, group, options } = room;
  if (options.temporaryRules !== true || group.apiLevel !== 'current') return [];
  // A rule that an ignore pattern hides would never be cleaned up after a crash.
  if (policy.ignore.some(({ description }) => matchesGlob(description, TEMPORARY))) return [];
  return hulls(
    space.changed.map(({ rule }) => rule),
    held.map(({ rule }) => rule),
  );
}

function withTemporary(rule: Rule, steps: readonly Step[], { policy }: Room): Step[] {
  const desired: DesiredRule = { rule, name: null, expiresAtMs: null, source: policy.source };
  const { direction } = rule;
  return [
    { kind: 'authorize', direction, checkpoint: false, rules: [desired] },
    ...steps.map((step, at) => (at === firstTaking(steps) ? { ...step, checkpoint: true } : step)),
    { kind: 'revoke', direction, checkpoint: true, targets: [{ rule, id: null, selector: {} }] },
  ];
}

const firstTaking = (steps: readonly Step[]): number => steps.findIndex(({ kind }) => kind !== 'authorize');

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
