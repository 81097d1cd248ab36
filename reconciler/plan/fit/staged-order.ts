// A plan for a group with little room: its independent parts one after the other, as many at a time as fit,
// so that the room that one part frees serves the next. A part that fits nowhere is searched call by call; what
// is left after that keeps one half of the promise only.
import { Meter } from '../../exposure/engine/meter.ts';
import type { DescribedGroup, DescribedRule } from '../../model/group.ts';
import type { Promised } from '../proof/transition.ts';
import type { CallOptions, Changes } from '../order/calls.ts';
import { components, join } from '../order/components.ts';
import { oneSided } from '../order/one-sided.ts';
import { order } from '../order/order.ts';
import type { GroupPolicy, PlanOptions, Step } from '../plan.ts';
import { fits, loadOf, plus, stepsFit, type Load } from './quota.ts';
import { applySteps } from '../proof/simulate.ts';
import type { Patience } from './search.ts';
import { squeeze } from './constrained-order.ts';

/** What stays the same over all rounds. */
export interface Room {
  readonly policy: GroupPolicy;
  /** As it was described. */
  readonly group: DescribedGroup;
  readonly quota: Load;
  readonly options: PlanOptions;
  readonly calls: CallOptions;
}

export interface Rounds {
  readonly steps: readonly Step[];
  readonly promised: Promised;
}

/** Of all searches of one plan, see `Patience`; the work is about one second. */
const MAX_STATES = 24_000;
const MAX_WORK = 10_000_000;

/** Null if there is no room even for the fallback, or if none is wanted. */
export function rounds(changes: Changes, room: Room): Rounds | null {
  const patience = { states: new Meter(MAX_STATES), work: new Meter(MAX_WORK) };
  const quick = partByPart(changes, { ...room, patience }, (waiting) => [waiting]);
  if (quick.waiting.length === 0) return { steps: quick.steps, promised: 'hitless' };
  // Those that keep room may have taken what others needed just for a while.
  const frugal = partByPart(changes, { ...room, patience }, (waiting) => [
    waiting.filter((part) => !grows(part)),
    waiting,
  ]);
  if (frugal.waiting.length === 0) return { steps: frugal.steps, promised: 'hitless' };
  const { fallback } = room.options;
  if (fallback === 'refuse') return null;
  const rest = oneSided(join(quick.waiting.map((part) => part.changes)), room.calls, fallback);
  return stepsFit(quick.held, rest, room) ? { steps: [...quick.steps, ...rest], promised: fallback } : null;
}

/** Rounds for as long as one is found, each among the first of the choices that has one. */
function partByPart(
  changes: Changes,
  room: Room & { readonly patience: Patience },
  choicesOf: (waiting: readonly Part[]) => ReadonlyArray<readonly Part[]>,
): {
  readonly steps: readonly Step[];
  readonly held: readonly DescribedRule[];
  readonly waiting: readonly Part[];
} {
  let waiting = components(changes).map((part) => partOf(part, room.options));
  let held = room.group.rules;
  const steps: Step[] = [];
  const nextOf = (parts: readonly Part[]): Round | null =>
    nextRound(parts, held, room) ?? nextSqueezed(parts, held, room);
  while (waiting.length > 0) {
    const next = choicesOf(waiting).reduce<Round | null>((found, parts) => found ?? nextOf(parts), null);
    if (next === null) break;
    steps.push(...next.steps);
    held = applySteps(held, next.steps);
    waiting = waiting.filter((part) => !next.parts.includes(part));
  }
  return { steps, held, waiting };
}

/** A component with what it does to the room. */
interface Part {
  readonly changes: Changes;
  /** What it takes before it frees any. */
  readonly need: Load;
  readonly freed: Load;
}

interface Round {
  readonly parts: readonly Part[];
  readonly steps: readonly Step[];
}

function partOf(changes: Changes, options: PlanOptions): Part {
  return {
    changes,
    need: loadOf(changes.authorize, options),
    freed: loadOf(changes.revoke, options),
  };
}

const grows = ({ need, freed }: Part): boolean => need.rules > freed.rules;

/** First those that leave no less room than they found, the modest first; then those that free the most. */
function compareParts(a: Part, b: Part): number {
  if (grows(a) !== grows(b)) return Number(grows(a)) - Number(grows(b));
  return grows(a) ? b.freed.rules - a.freed.rules : a.need.rules - b.need.rules;
}

/** The two halves of as many parts as fit together. */
function nextRound(waiting: readonly Part[], held: readonly DescribedRule[], room: Room): Round | null {
  const chosen: Part[] = [];
  let load = loadOf(held, room.options);
  for (const part of [...waiting].sort(compareParts)) {
    if (!fits(plus(load, part.need), room.quota)) continue;
    chosen.push(part);
    load = plus(load, part.need);
  }
  // A Modify may weigh more than the rule that it changes, so that less fits than was counted.
  const attempts = [chosen, ...chosen.map((part) => [part])].filter((parts) => parts.length > 0);
  for (const parts of attempts) {
    const steps = order(
      join(parts.map(({ changes }) => changes)),
      { ...room.group, rules: held },
      room.calls,
    );
    if (stepsFit(held, steps, room)) return { parts, steps };
  }
  return null;
}

/** The smallest part for which a search finds an order with what room there is. */
function nextSqueezed(
  waiting: readonly Part[],
  held: readonly DescribedRule[],
  room: Room & { readonly patience: Patience },
): Round | null {
  const size = ({ changes }: Part): number =>
    changes.authorize.length + changes.revoke.length + changes.modify.length;
  for (const part of [...waiting].sort((a, b) => size(a) - size(b))) {
    const steps = squeeze(part.changes, held, room, room.patience);
    if (steps !== null) return { parts: [part], steps };
  }
  return null;
}
