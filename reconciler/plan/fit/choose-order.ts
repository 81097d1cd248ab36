// From changes to steps: strategies from the best promise down to none, of which the first that fits is taken.
import type { DescribedGroup } from '../../model/group.ts';
import type { OrderObjection } from '../check/objection.ts';
import {
  actionsOf,
  additionSteps,
  removalSteps,
  NO_COEXISTENCE,
  promiseOf,
  type TwinSwap,
} from '../coexist/revoke-first.ts';
import type { Changes } from '../order/calls.ts';
import { join } from '../order/components.ts';
import { oneSided } from '../order/one-sided.ts';
import type { GroupPolicy, PlanException, PlanOptions, Step } from '../plan.ts';
import type { Promised } from '../proof/transition.ts';
import { noOrderText } from './no-order-text.ts';
import { OrderTask } from './order-task.ts';
import { shortages, stepsFit } from './quota.ts';
import type { Stages } from './staged-order.ts';

/** The steps that a strategy found, and what holds on the way. */
interface FoundOrder {
  readonly steps: readonly Step[];
  /** Null if the steps keep no promise as a whole; they are blocked then. */
  readonly promised: Promised | null;
  readonly objections: readonly OrderObjection[];
}

export interface ChosenOrder extends FoundOrder {
  readonly strategy: string;
  readonly exceptions: readonly PlanException[];
}

const STRATEGIES: ReadonlyArray<{
  readonly name: string;
  /** Null if it does not fit. */
  readonly find: (task: OrderTask) => FoundOrder | null;
}> = [
  {
    name: 'usual order',
    find: ({ usual, described, room }) => (stepsFit(described, usual, room) ? hitless(usual) : null),
  },
  {
    name: 'over quota',
    find: ({ usual, excess }) =>
      excess.length === 0 ? null : refusedOrder(usual, { kind: 'overQuota', excess }),
  },
  { name: 'stages', find: (task) => hitlessStages(task, task.stages) },
  // Parts that keep room may have taken what others needed just for a while.
  { name: 'stages, first those that free room', find: (task) => hitlessStages(task, task.frugalStages()) },
  { name: 'stages, one rule modified twice', find: (task) => hitlessStages(task, task.widenedStages()) },
  { name: 'joined parts', find: joinedOrderOf },
  { name: 'one-sided', find: oneSidedEnd },
  {
    name: 'no room',
    find: (task) => {
      const { usual, missing, room } = task;
      const noHitlessOrder = task.whyNoOrder();
      const { fallback } = room.options;
      return refusedOrder(usual, { kind: 'noRoom', fallback, counted: shortages(missing), noHitlessOrder });
    },
  },
];

/** Always answers: where nothing fits, with steps that show what is wanted, and an objection. */
export function chooseOrder(
  changes: Changes,
  policy: GroupPolicy,
  group: DescribedGroup,
  options: PlanOptions,
): ChosenOrder {
  const task = new OrderTask(changes, policy, group, options);
  for (const { name, find } of STRATEGIES) {
    const found = find(task);
    if (found === null) continue;
    const exceptions = found.promised === null ? [] : exceptionsOf(found.promised, NO_ROOM, task);
    return withTwins({ ...found, strategy: name, exceptions }, task.twins, options.fallback);
  }
  throw new Error('the last strategy refuses what no other one can do');
}

const hitless = (steps: readonly Step[]): FoundOrder => ({ steps, promised: 'hitless', objections: [] });

const hitlessStages = ({ twins }: OrderTask, { steps, waiting }: Stages): FoundOrder | null =>
  waiting.length > 0 ? null : hitless(aroundTwins(steps, twins));

function joinedOrderOf({ twins, joined }: OrderTask): FoundOrder | null {
  return joined.kind === 'found' ? hitless(aroundTwins(joined.steps, twins)) : null;
}

/** What no stage could do hitlessly keeps one half of the promise. */
function oneSidedEnd({ twins, room, stages: { steps, held, waiting } }: OrderTask): FoundOrder | null {
  const { fallback } = room.options;
  if (fallback === 'refuse') return null;
  const rest = oneSided(join(waiting.map(({ changes }) => changes)), room.limits, fallback);
  if (!stepsFit(held, rest, room)) return null;
  return { steps: aroundTwins([...steps, ...rest], twins), promised: fallback, objections: [] };
}

const refusedOrder = (steps: readonly Step[], objection: OrderObjection): FoundOrder => ({
  steps,
  promised: null,
  objections: [objection],
});

/** The old twins are removed first, so that their room serves the others meanwhile, and the new ones added last. */
const aroundTwins = (steps: readonly Step[], twins: readonly TwinSwap[]): Step[] => [
  ...removalSteps(twins),
  ...steps,
  ...additionSteps(twins),
];

/** What is promised once the twins are away for a moment too. */
function withTwins(
  found: ChosenOrder,
  twins: readonly TwinSwap[],
  fallback: PlanOptions['fallback'],
): ChosenOrder {
  if (twins.length === 0) return found;
  const promised = promiseOf(twins, fallback);
  if (promised === null) {
    const objection: OrderObjection = { kind: 'briefAbsence', actions: actionsOf(twins) };
    return { ...found, promised, objections: [...found.objections, objection] };
  }
  if (found.promised === null) return found;
  const exceptions = [...found.exceptions, ...exceptionsOf(promised, NO_COEXISTENCE, null)];
  return { ...found, promised, exceptions };
}

const NO_ROOM = 'no room to add all new rules before old ones go';

const HALF_PROMISES = {
  neverOpen: 'nothing opens on the way, but wanted traffic may be cut for a moment',
  neverCut: 'nothing is cut on the way, but unwanted traffic may pass for a moment',
};

/** `task`: whose order is not hitless for want of room; null if something else is missing. */
function exceptionsOf(promised: Promised, cause: string, task: OrderTask | null): PlanException[] {
  if (promised === 'hitless') return [];
  const message = `${cause}: ${HALF_PROMISES[promised]}`;
  const noHitlessOrder = task?.whyNoOrder() ?? null;
  if (noHitlessOrder === null) return [{ kind: promised, message }];
  return [{ kind: promised, message: `${message}; ${noOrderText(noHitlessOrder)}`, noHitlessOrder }];
}
