// A way for changes among which some rules may be equal but for priority. What is special about those is dealt with
// around the search for an order, which need not know of it.
import type { DescribedGroup } from '../../model/group.ts';
import type { ChosenOrder } from '../fit/choose-order.ts';
import { callLimits, type Changes } from '../order/calls.ts';
import type { Diff, PlanOptions } from '../plan.ts';
import { idleTwins, idleTwinSteps } from './idle-twins.ts';
import { addsTwins, withCheckpoints } from './unconfirmed-calls.ts';

/** What a way is looked for. */
export interface Errand {
  readonly changes: Changes;
  readonly group: DescribedGroup;
  readonly options: PlanOptions;
}

export interface Way extends ChosenOrder {
  /** Whether each call of it is promised to take effect as a whole. */
  readonly batchesAtomic: boolean;
}

/**
 * Idle twins are removed first, and the way for the rest is found as if they were gone. Where a call may be confirmed
 * and not done, no batch counts as taking effect as a whole, and a checkpoint comes after the call.
 */
export function routeAroundTwins(
  errand: Errand & { readonly found: Diff },
  wayFor: (rest: Errand) => ChosenOrder,
): Way {
  const { found, changes, group, options } = errand;
  const idle = new Set(idleTwins({ altered: changes.modify, surplus: changes.revoke }));
  const batchesAtomic = options.batchesAtomic && !addsTwins(found, group);
  const way = wayFor({
    changes: { ...changes, revoke: changes.revoke.filter((twin) => !idle.has(twin)) },
    group: { ...group, rules: group.rules.filter((twin) => !idle.has(twin)) },
    options: { ...options, batchesAtomic },
  });
  const first = idleTwinSteps([...idle], callLimits(group, options));
  return { ...way, steps: withCheckpoints([...first, ...way.steps], group), batchesAtomic };
}
