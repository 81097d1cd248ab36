// An order for changes among which some rules may be twins, equal but for priority. What is special about those is
// dealt with around the choice of an order, which need not know of it.
import type { DescribedGroup } from '../../model/group.ts';
import type { ChosenOrder } from '../fit/choose-order.ts';
import { callLimits, type Changes } from '../order/calls.ts';
import type { Diff, PlanOptions } from '../plan.ts';
import { idleTwins, idleTwinSteps } from './idle-twins.ts';
import { addsTwins, withCheckpoints } from './unconfirmed-calls.ts';

/** What is to be ordered. */
export interface OrderRequest {
  readonly changes: Changes;
  readonly group: DescribedGroup;
  readonly options: PlanOptions;
}

export interface CarefulOrder extends ChosenOrder {
  /** Whether each of its calls is promised to take effect as a whole. */
  readonly batchesAtomic: boolean;
}

/**
 * Idle twins are removed first, and the rest is ordered as if they were gone. Where a call may be confirmed
 * and not done, no batch counts as taking effect as a whole, and a checkpoint comes after the call.
 */
export function orderAroundTwins(
  request: OrderRequest & { readonly found: Diff },
  choose: (rest: OrderRequest) => ChosenOrder,
): CarefulOrder {
  const { found, changes, group, options } = request;
  const idle = new Set(idleTwins({ different: changes.modified, unexpected: changes.removed }));
  const batchesAtomic = options.batchesAtomic && !addsTwins(found, group);
  const chosen = choose({
    changes: { ...changes, removed: changes.removed.filter((twin) => !idle.has(twin)) },
    group: { ...group, rules: group.rules.filter((twin) => !idle.has(twin)) },
    options: { ...options, batchesAtomic },
  });
  const first = idleTwinSteps([...idle], callLimits(group, options));
  return { ...chosen, steps: withCheckpoints([...first, ...chosen.steps], group), batchesAtomic };
}
