// An order for a group with little room: the independent parts of its changes one after the other, as many at a time
// as fit, so that the room that one part frees serves the next. A part that fits nowhere is searched call by call.
import type { DescribedRule } from '../../model/group.ts';
import type { Changes } from '../order/calls.ts';
import { components, join } from '../order/components.ts';
import { order } from '../order/order.ts';
import type { Step } from '../plan.ts';
import { applySteps } from '../proof/simulate.ts';
import { fits, loadOf, plus, stepsFit, type Load, type Room } from './quota.ts';

/** How far the stages led. */
export interface Stages {
  readonly steps: readonly Step[];
  /** What the group holds after them. */
  readonly held: readonly DescribedRule[];
  /** The parts for which no stage was found. */
  readonly waiting: readonly Component[];
}

/** A component with what it does to the room. */
interface Component {
  readonly changes: Changes;
  /** What it takes before it frees any. */
  readonly need: Load;
  readonly freed: Load;
}

/** From which parts a stage is taken: the first of these choices that has one. */
type StageChoices = (waiting: readonly Component[]) => ReadonlyArray<readonly Component[]>;

export const AS_THEY_FIT: StageChoices = (waiting) => [waiting];

/** Those that keep room they take for good only when nothing else goes. */
export const FREEING_FIRST: StageChoices = (waiting) => [waiting.filter((part) => !grows(part)), waiting];

/** A hitless order for one component, if it finds one. */
export type ComponentSearch = (changes: Changes, room: Room) => Step[] | null;

/** Stages for as long as one is found, each hitless. */
export function inStages(
  changes: Changes,
  room: Room,
  search: ComponentSearch,
  choicesOf: StageChoices,
): Stages {
  let waiting = components(changes).map((part): Component => ({
    changes: part,
    need: loadOf(part.added, room.options),
    freed: loadOf(part.removed, room.options),
  }));
  let held = room.group.rules;
  const steps: Step[] = [];
  while (waiting.length > 0) {
    const now: Room = { ...room, group: { ...room.group, rules: held } };
    const next = firstStage(choicesOf(waiting), now, search);
    if (next === null) break;
    steps.push(...next.steps);
    held = applySteps(held, next.steps);
    waiting = waiting.filter((part) => !next.parts.includes(part));
  }
  return { steps, held, waiting };
}

interface Stage {
  readonly parts: readonly Component[];
  readonly steps: readonly Step[];
}

function firstStage(
  choices: ReadonlyArray<readonly Component[]>,
  room: Room,
  search: ComponentSearch,
): Stage | null {
  for (const parts of choices) {
    const stage = together(parts, room) ?? searched(parts, room, search);
    if (stage !== null) return stage;
  }
  return null;
}

const grows = ({ need, freed }: Component): boolean => need.rules > freed.rules;

/** First those that leave no less room than they found, the modest first; then those that free the most. */
function compareComponents(a: Component, b: Component): number {
  if (grows(a) !== grows(b)) return Number(grows(a)) - Number(grows(b));
  return grows(a) ? b.freed.rules - a.freed.rules : a.need.rules - b.need.rules;
}

/** The two halves of as many parts as fit together. */
function together(waiting: readonly Component[], room: Room): Stage | null {
  const held = room.group.rules;
  const chosen: Component[] = [];
  let load = loadOf(held, room.options);
  for (const part of [...waiting].sort(compareComponents)) {
    if (!fits(plus(load, part.need), room.quota)) continue;
    chosen.push(part);
    load = plus(load, part.need);
  }
  // A Modify may weigh more than the rule that it changes, so that less fits than was counted.
  const attempts = [chosen, ...chosen.map((part) => [part])].filter((parts) => parts.length > 0);
  for (const parts of attempts) {
    const steps = order(join(parts.map(({ changes }) => changes)), room.group, room.limits);
    if (stepsFit(held, steps, room)) return { parts, steps };
  }
  return null;
}

/** The smallest part for which a search finds an order with what room there is. */
function searched(waiting: readonly Component[], room: Room, search: ComponentSearch): Stage | null {
  const size = ({ changes }: Component): number =>
    changes.added.length + changes.removed.length + changes.modified.length;
  for (const part of [...waiting].sort((a, b) => size(a) - size(b))) {
    const steps = search(part.changes, room);
    if (steps !== null) return { parts: [part], steps };
  }
  return null;
}
