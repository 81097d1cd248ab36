// An order for changes among which some rules may be twins, equal but for priority. What is special about those is
// dealt with around the choice of an order, which need not know of it.
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup } from '../../model/group.ts';
import type { ChosenOrder } from '../fit/choose-order.ts';
import { quotaOf, stepsFit } from '../fit/quota.ts';
import { callLimits, compareChanges, revocation, type Changes } from '../order/calls.ts';
import { closingFirst } from '../order/closing-first.ts';
import { Scheduler } from '../order/scheduler.ts';
import type { Diff, PlanOptions, Step } from '../plan.ts';
import { idleTwins } from './idle-twins.ts';
import { addsTwins, withCheckpoints } from './unconfirmed-calls.ts';

/** What is to be ordered. */
interface OrderRequest {
  readonly changes: Changes;
  readonly group: DescribedGroup;
  readonly options: PlanOptions;
}

/**
 * Idle twins are removed first, and the rest is ordered as if they were gone. Where a call may be confirmed
 * and not done, no batch counts as taking effect as a whole (`batchesAtomic`), and a checkpoint comes after the call.
 */
export function orderAroundTwins(
  request: OrderRequest & { readonly found: Diff },
  choose: (rest: OrderRequest) => ChosenOrder,
): ChosenOrder & { readonly batchesAtomic: boolean } {
  const { found, changes, group, options } = request;
  const idle = new Set(idleTwins({ different: changes.modified, unexpected: changes.removed }));
  const batchesAtomic = options.batchesAtomic && !addsTwins(found, group);
  const chosen = choose({
    changes: { ...changes, removed: changes.removed.filter((twin) => !idle.has(twin)) },
    group: { ...group, rules: group.rules.filter((twin) => !idle.has(twin)) },
    options: { ...options, batchesAtomic },
  });
  // Each packet fares the same before, during and after these.
  const first = new Scheduler(callLimits(group, options)).inAnyOrder(
    [...idle].map(revocation).sort(compareChanges),
  );
  const steps = withCheckpoints([...first, ...chosen.steps], group);
  const isFree = chosen.promised === 'hitless' && dialectOf(group).namesRulesBy === 'id';
  return { ...chosen, steps: isFree ? reordered(steps, group, options) : steps, batchesAtomic };
}

/** What closes first, unless a rule that counts for several would then have no room. */
function reordered(steps: readonly Step[], group: DescribedGroup, options: PlanOptions): readonly Step[] {
  const sorted = closingFirst(steps);
  return stepsFit(group.rules, sorted, { quota: quotaOf(group.rules, options), options }) ? sorted : steps;
}
