// An order for a group with little room: the independent parts of its changes one after the other, as many at a time
// as fit, so that the room that one part frees serves the next. A part that fits nowhere is searched call by call.
import type { DescribedRule } from '../../model/group.ts';
import type { Changes } from '../order/calls.ts';
import { components, join } from '../order/components.ts';
import { order } from '../order/order.ts';
import type { Step } from '../plan.ts';
import { applySteps } from '../proof/simulate.ts';
import type { OrderSearch } from './constrained-order.ts';
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

/** How stages are looked for. */
interface StageSearch {
  /** From which parts a stage is taken: the first of these choices that has one. */
  readonly choicesOf: (waiting: readonly Component[]) => ReadonlyArray<readonly Component[]>;
  /** Most parts that are searched together, where none goes alone. */
  readonly mostJoined: number;
}

export const AS_THEY_FIT: StageSearch = { choicesOf: (waiting) => [waiting], mostJoined: 1 };

/** Those that keep room they take for good only when nothing else goes. */
export const FREEING_FIRST: StageSearch = {
  choicesOf: (waiting) => [waiting.filter((part) => !grows(part)), waiting],
  mostJoined: 1,
};

/** Room that one part has only for a while may do for another one. */
export const JOINED: StageSearch = { ...FREEING_FIRST, mostJoined: 3 };

/** Changed rules in several parts that are searched together. */
const MAX_JOINED_RULES = 24;
/** Searches of several parts for one stage. */
const MAX_JOINS = 40;

/** Stages for as long as one is found, each hitless. */
export function inStages(changes: Changes, room: Room, search: OrderSearch, how: StageSearch): Stages {
  let waiting = components(changes).map((part): Component => ({
    changes: part,
    need: loadOf(part.added, room.options),
    freed: loadOf(part.removed, room.options),
  }));
  let held = room.group.rules;
  const steps: Step[] = [];
  while (waiting.length > 0) {
    const now: Room = { ...room, group: { ...room.group, rules: held } };
    const next = firstStage(waiting, now, search, how);
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
  waiting: readonly Component[],
  room: Room,
  search: OrderSearch,
  { choicesOf, mostJoined }: StageSearch,
): Stage | null {
  for (const parts of choicesOf(waiting)) {
    const stage = together(parts, room) ?? searched(joinsOf(parts, mostJoined), room, search);
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

/** The first for which a search finds an order with what room there is. */
function searched(joins: ReadonlyArray<readonly Component[]>, room: Room, search: OrderSearch): Stage | null {
  for (const parts of joins) {
    const answer = search(join(parts.map(({ changes }) => changes)), room);
    if (answer.kind === 'found') return { parts, steps: answer.steps };
  }
  return null;
}

/** Each part alone, the smallest first; then two of them, and so on. */
function joinsOf(waiting: readonly Component[], mostJoined: number): ReadonlyArray<readonly Component[]> {
  const parts = [...waiting].sort((a, b) => changedRules(a.changes) - changedRules(b.changes));
  const alone = parts.map((part) => [part]);
  const joins: Array<readonly Component[]> = [];
  let last: ReadonlyArray<readonly Component[]> = alone;
  for (let size = 2; size <= mostJoined; size += 1) {
    last = last.flatMap((some) => joinedWithLater(some, parts)).slice(0, MAX_JOINS);
    joins.push(...last);
  }
  return [...alone, ...joins.slice(0, MAX_JOINS)];
}

function joinedWithLater(some: readonly Component[], parts: readonly Component[]): Component[][] {
  const [last] = some.slice(-1);
  return parts
    .slice(last === undefined ? 0 : parts.indexOf(last) + 1)
    .map((part) => [...some, part])
    .filter((all) => all.reduce((sum, { changes }) => sum + changedRules(changes), 0) <= MAX_JOINED_RULES);
}

/** How many rules change. */
export const changedRules = ({ added, modified, removed }: Changes): number =>
  added.length + 2 * modified.length + removed.length;
