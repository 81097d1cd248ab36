// What a reconcile notes in the journal for the plans to come: what is in force, what waits, what was lost, and how
// the group looked when it was last as its policy says.
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { GrantedApproval, WaitingPlan } from '../../journal/approvals.ts';
import type { GroupInput } from '../group-input.ts';
import type { GroupRun } from '../group-run.ts';
import { judgedChanges } from './judged.ts';
import { withLoss, withLossesDone } from './losses.ts';

/** After the policy's plan was made, and before anything of it is carried out. */
export async function notePlan(
  { engine, group, revision }: GroupRun,
  plan: GroupPlan,
  input: GroupInput['input'],
) {
  const { journal } = engine;
  await bindApprovals({ journal, group, approvals: await journal.approvals(input.nowMs, group) }, plan);
  await journal.setWaiting(group, waitingOf(plan, revision));
  if (plan.status === 'observed') await journal.setFacts(group, { inForce: null });
  if (plan.status === 'pending' || plan.status === 'converged') {
    await journal.setFacts(group, { inForce: input.desired });
  }
}

/** An approval that was given ahead of this plan is about this plan from now on. */
async function bindApprovals(
  {
    journal,
    group,
    approvals,
  }: Pick<GroupRun['engine'], 'journal'> &
    Pick<GroupRun, 'group'> & { readonly approvals: readonly GrantedApproval[] },
  plan: GroupPlan,
): Promise<void> {
  const { losing, opening, desiredHash } = judgedChanges(plan);
  for (const approval of approvals) {
    if (approval.losing !== null || approval.planHash !== plan.hash) continue;
    await journal.bindApproval(approval, { ...approval, group, desiredHash, losing, opening });
  }
}

export function waitingOf(plan: GroupPlan, revision: string): WaitingPlan | null {
  const blocks = plan.blockedBy.filter(({ liftedBy }) => liftedBy === 'approval');
  if (plan.status !== 'blocked' || blocks.length === 0) return null;
  const { losing, opening, desiredHash } = judgedChanges(plan);
  return {
    planHash: plan.hash,
    desiredHash,
    revision,
    kinds: blocks.map(({ kind }) => kind),
    messages: blocks.map(({ message }) => message),
    losing,
    opening,
  };
}

/** Before the first call of a plan. */
export async function noteBegin({ engine, group }: GroupRun, plan: GroupPlan): Promise<void> {
  const { losing, approval } = judgedChanges(plan);
  if (losing.length === 0 || approval !== null) return;
  const { losses } = await engine.journal.facts(group);
  await engine.journal.setFacts(group, { losses: withLoss(losses, losing, engine.clock.nowMs()) });
}

/** The plan came to its end, and the group has these rules. */
export async function noteEnd(
  { engine, group }: GroupRun,
  { identities, isOfPolicy }: { readonly identities: readonly string[]; readonly isOfPolicy: boolean },
): Promise<void> {
  const { journal, clock } = engine;
  const { losses } = await journal.facts(group);
  await journal.setFacts(group, {
    lastConverged: [...identities].sort(),
    losses: withLossesDone(losses, clock.nowMs()),
    ...(isOfPolicy ? { takenOver: true } : {}),
  });
  if (isOfPolicy) await journal.useUpApprovals({ group });
}
