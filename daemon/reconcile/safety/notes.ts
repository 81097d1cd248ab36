// What a reconcile notes in the journal for the plans to come: what is in force, what waits, what was lost, and how
// the group looked when it was last as its policy says.
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import { desiredHash } from '../../../reconciler/plan/hash.ts';
import { rulesAddedBy, type GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { PlanThatWaits } from '../../journal/approvals.ts';
import type { GroupInput } from '../group-input.ts';
import type { GroupRun } from '../group-run.ts';
import { changesAtStake } from './judged.ts';
import { announcedEnds } from './safety-input.ts';
import { notAfter, withLoss, withLossesDone } from './losses.ts';

/** What comes and goes while a group is only observed is no drift from what it was before. */
const UNKNOWN_PAST = { inForce: null, inForceRevision: null, lastConverged: null };

/** After the policy's plan was made, and before anything of it is carried out. */
export async function notePlan(run: GroupRun, plan: GroupPlan, { input, facts }: GroupInput): Promise<void> {
  const { engine, group, revision } = run;
  const { journal } = engine;
  await bindApprovals(run, plan, input.nowMs);
  const { nowMs } = input;
  if (facts.losses.some(({ atMs }) => atMs > nowMs)) {
    await journal.setFacts(group, { losses: notAfter(facts.losses, nowMs) });
  }
  await journal.setWaiting(group, waitingOf(plan, revision));
  if (plan.status === 'observed') await journal.setFacts(group, UNKNOWN_PAST);
  const isFrozen = (input.frozen ?? null) !== null;
  if (!isFrozen && (plan.status === 'pending' || plan.status === 'converged')) {
    // The policy before goes, and with it the dates that it gave.
    const ended = announcedEnds(facts, input.nowMs);
    await journal.setFacts(group, { inForce: input.desired, inForceRevision: revision, ended });
  }
}

/**
 * An approval that was given ahead of this plan is about this plan from now on. One that was given in the future, by a
 * clock that was set back since, ends after its own time from now on.
 */
async function bindApprovals({ engine, group }: GroupRun, plan: GroupPlan, nowMs: number): Promise<void> {
  const { journal } = engine;
  const { desiredHash } = plan;
  for (const approval of await journal.approvals(nowMs, group)) {
    const isOfPlan = approval.losing === null && approval.planHash === plan.hash;
    const { atMs, untilMs } = approval;
    if (!isOfPlan && atMs <= nowMs) continue;
    await journal.bindApproval(approval, {
      ...approval,
      ...(isOfPlan ? { group, desiredHash, ...changesAtStake(plan) } : {}),
      ...(atMs > nowMs ? { atMs: nowMs, untilMs: untilMs - atMs + nowMs } : {}),
    });
  }
}

export function waitingOf(plan: GroupPlan, revision: string): PlanThatWaits | null {
  const blocks = plan.blockedBy.filter(({ liftedBy }) => liftedBy === 'approval');
  if (plan.status !== 'blocked' || blocks.length === 0) return null;
  return {
    planHash: plan.hash,
    desiredHash: plan.desiredHash,
    revision,
    kinds: blocks.map(({ kind }) => kind),
    messages: blocks.map(({ message }) => message),
    ...changesAtStake(plan),
  };
}

/** Before the first call of a plan. */
export async function noteBegin({ engine, group }: GroupRun, plan: GroupPlan): Promise<void> {
  const { losing } = changesAtStake(plan);
  if (losing.length === 0 || plan.approval !== null) return;
  const { losses } = await engine.journal.facts(group);
  const added = plan.steps.flatMap(rulesAddedBy).filter(({ rule }) => rule.action === 'drop');
  const loss = { rules: losing, drops: added.map(({ rule }) => ruleIdentity(rule)) };
  await engine.journal.setFacts(group, { losses: withLoss(losses, loss, engine.clock.nowMs()) });
}

interface PlanEnd {
  /** `ruleIdentity` of each rule that the group has. */
  readonly identities: readonly string[];
  /** Whether the group is as its policy says. */
  readonly isOfPolicy: boolean;
  /** Whether it is so but for rules that are left out for now. */
  readonly isTakenOver: boolean;
}

/** The plan came to its end. */
export async function noteEnd(
  { engine, group, request }: GroupRun,
  { identities, isOfPolicy, isTakenOver }: PlanEnd,
): Promise<void> {
  const { journal, clock } = engine;
  const { losses } = await journal.facts(group);
  await journal.setFacts(group, {
    lastConverged: [...identities].sort(),
    losses: withLossesDone(losses, clock.nowMs()),
    ...(isTakenOver ? { takenOver: true } : {}),
    ...(isOfPolicy ? { ended: [] } : {}),
  });
  if (isOfPolicy) await journal.useUpApprovals({ group, desiredHash: desiredHash(request.policy) });
}
