// The steps of one part of a plan for which there is too little room to add before removing: found by search.
import { groupContext } from '../../exposure/engine/context.ts';
import type { Packet } from '../../exposure/engine/packet.ts';
import { byKind } from '../match/pair.ts';
import {
  authorization,
  modification,
  revocation,
  toStep,
  type Change,
  type Changes,
} from '../order/calls.ts';
import { Scheduler } from '../order/scheduler.ts';
import type { Step } from '../plan.ts';
import { loadOf, minus, type Room } from './quota.ts';
import { searchSpace, type SearchMove, type SearchSpace } from './search-space.ts';
import { isSpent, type SearchBudget, type SearchTask } from './search-state.ts';
import { searchCalls } from './search.ts';
import { widenings, type Widening } from './widening.ts';

export type OrderAnswer =
  | { readonly kind: 'found'; readonly steps: readonly Step[] }
  /** Every order of single calls was looked at. Of each call that was not hitless, a packet. */
  | { readonly kind: 'none'; readonly hits: readonly Packet[] }
  | { readonly kind: 'unknown' };

/** A hitless order for some changes, if it finds one. */
export type OrderSearch = (changes: Changes, room: Room) => OrderAnswer;

export const constrainedOrder = (changes: Changes, room: Room, budget: SearchBudget): OrderAnswer =>
  searchedOrder(changes, room, budget, () => [null]);

/** The same with one rule that is modified twice. */
export const widenedOrder = (changes: Changes, room: Room, budget: SearchBudget): OrderAnswer =>
  room.options.modify === 'never'
    ? UNKNOWN
    : searchedOrder(changes, room, budget, (searched) => widenings(searched, room.group));

const UNKNOWN: OrderAnswer = { kind: 'unknown' };

/** The first that is found; else the answer to the last try. Texts change last: before that the cloud might hold a twin of the rule, and refuse. */
function searchedOrder(
  changes: Changes,
  room: Room,
  budget: SearchBudget,
  tries: (searched: Changes) => ReadonlyArray<Widening | null>,
): OrderAnswer {
  const { relabelling, dominating, dominated, crossing } = byKind(changes.modified);
  const others: Changes = { ...changes, modified: [...dominating, ...dominated, ...crossing] };
  let answer = UNKNOWN;
  if (isSpent(budget)) return answer;
  for (const widening of tries(others)) {
    budget.work.spend(spaceWork(others, room));
    if (isSpent(budget)) return UNKNOWN;
    const task = searchTask(searchSpace(others, room.group, room.options, widening), room, budget);
    const found = searchCalls(task, room.limits);
    if (found.kind === 'found') {
      const texts = relabelling.map((pair) => modification(pair, 'to'));
      const calls = stepsOf(found.calls, task.space.opening);
      return { kind: 'found', steps: [...calls, ...new Scheduler(room.limits).inAnyOrder(texts)] };
    }
    answer = found;
  }
  return answer;
}

/** What it takes to number the moves: each old rule is compared with each new one, and all with each other. */
function spaceWork(changes: Changes, { group }: Room): number {
  const { added, modified, removed } = changes;
  const changed = added.length + 2 * modified.length + removed.length;
  return PARTNER_WORK * added.length * removed.length + changed * (changed + group.rules.length);
}

/** To say how alike two rules are takes as long as to look at so many clauses. */
const PARTNER_WORK = 10;

export const searchTask = (space: SearchSpace, room: Room, budget: SearchBudget): SearchTask => ({
  space,
  context: groupContext(room.group),
  alone: room.alone,
  free: minus(room.quota, loadOf(room.group.rules, room.options)),
  budget,
});

/** Anything that removes a rule relies on those that were added or widened before: it waits for a checkpoint. */
function stepsOf(calls: ReadonlyArray<readonly SearchMove[]>, opening: SearchMove | null): Step[] {
  let relies = false;
  return calls.map((moves) => {
    const step = toStep(moves.map(changeOf));
    const checkpoint = relies && step.kind !== 'authorize';
    relies = step.kind === 'authorize' || moves.some((move) => move === opening);
    return { ...step, checkpoint };
  });
}

function changeOf(move: SearchMove): Change {
  switch (move.kind) {
    case 'authorize':
      return authorization(move.desired);
    case 'modify':
      return modification(move.pair, 'to');
    case 'revoke':
      return revocation(move.target);
  }
}
