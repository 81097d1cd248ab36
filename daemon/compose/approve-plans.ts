// `apply --plan HASH`: whoever names a plan by its hash has seen what it takes away and opens, and approves that.
import { counted } from '../../reconciler/model/counted.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { isFailed, type GroupResult } from '../../reconciler/report/results.ts';
import { UsageError } from '../cli/io.ts';
import { whoami } from '../cli/who.ts';
import type { Engine } from '../reconcile/engine.ts';
import { waitingOf } from '../reconcile/safety/notes.ts';

const HOLDS_MS = 3_600_000;

/** The plans that an approval alone lets go on. */
export const approvablePlans = (plans: readonly GroupResult[]): readonly GroupPlan[] =>
  plans.flatMap((plan) =>
    !isFailed(plan) &&
    plan.status === 'blocked' &&
    plan.blockedBy.every(({ liftedBy }) => liftedBy === 'approval')
      ? [plan]
      : [],
  );

/** Throws without a reason if there is anything to approve. */
export async function approvePlans(
  { journal, clock }: Pick<Engine, 'journal' | 'clock'>,
  plans: readonly GroupPlan[],
  reason: string | undefined,
): Promise<void> {
  if (plans.length === 0) return;
  if (reason === undefined) {
    const blocked = plans.map(({ id }) => id).join(', ');
    throw new UsageError(
      `--plan would approve what holds ${counted(plans.length, 'group')} (${blocked}): add --reason TEXT`,
    );
  }
  const atMs = clock.nowMs();
  for (const plan of plans) {
    const waiting = waitingOf(plan, '');
    if (waiting === null) continue;
    const { account, region, id } = plan;
    const { planHash, desiredHash, losing, opening } = waiting;
    await journal.approve({
      ...{ planHash, desiredHash, losing, opening, group: { account, region, id } },
      ...{ by: whoami(), reason, atMs, untilMs: atMs + HOLDS_MS },
    });
  }
}
