// The last station of a plan: everything that speaks against it is asked here, and here alone its status is
// decided. Nothing edits a plan after this.
import type { Ownership } from '../diff/ownership.ts';
import type { PlanInput } from '../plan-input.ts';
import type { GroupPlan, PlanException, Step } from '../plan.ts';
import { blockOf } from './blocks.ts';
import { planFindings } from './findings.ts';
import { holdsOn } from './holds.ts';
import type { Objection, ProofObjection, OrderObjection } from './objection.ts';
import { vendorRefusals } from './vendor-refusals.ts';

/** What check adds to a plan. */
export type Judged = Pick<GroupPlan, 'status' | 'exceptions' | 'findings' | 'blockedBy'>;

/** A plan with all that was found on the way to it. */
export interface Unchecked {
  readonly ownership: Ownership;
  readonly steps: readonly Step[];
  readonly hash: string;
  readonly exceptions: readonly PlanException[];
  readonly orderObjections: readonly OrderObjection[];
  readonly proofObjections: readonly ProofObjection[];
}

/**
 * A plan without steps is converged, whatever else there is to say. Of those with steps, an observed group's is
 * observed, and any other one is blocked if there is an objection.
 */
export function check(input: PlanInput, plan: Unchecked): Judged {
  const blockedBy = plan.steps.length === 0 ? [] : objectionsTo(input, plan).map(blockOf);
  return {
    status: planStatus(input, plan, blockedBy.length > 0),
    exceptions: [...plan.exceptions, ...plan.orderObjections.map(unpromised)],
    findings: planFindings(input, plan.ownership),
    blockedBy,
  };
}

/** Of a group on which the planner failed: nothing is known of it, so nothing may be done to it. */
export function checkFailed(error: unknown): Judged {
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 'blocked',
    exceptions: [],
    findings: [],
    blockedBy: [blockOf({ kind: 'bug', message })],
  };
}

function planStatus({ desired }: PlanInput, plan: Unchecked, isBlocked: boolean): GroupPlan['status'] {
  if (plan.steps.length === 0) return 'converged';
  if (desired.mode === 'observe') return 'observed';
  return isBlocked ? 'blocked' : 'pending';
}

function objectionsTo(input: PlanInput, plan: Unchecked): Objection[] {
  return [
    ...vendorRefusals(input.desired, input.described),
    ...plan.orderObjections,
    ...plan.proofObjections,
    ...(input.desired.mode === 'observe' ? [] : [...holds(input), ...approval(input, plan)]),
  ];
}

const holds = ({ described, holds: all = [], nowMs }: PlanInput): Objection[] =>
  holdsOn(described, all, nowMs).map((hold) => ({ kind: 'held', hold }));

function approval({ approvedHash = null }: PlanInput, { hash }: Unchecked): Objection[] {
  return approvedHash === null || approvedHash === hash ? [] : [{ kind: 'notApproved' }];
}

/** The steps of such a plan show what is wanted; they are not made. */
const unpromised = (objection: OrderObjection): PlanException => ({
  kind: 'unpromised',
  message: `nothing is promised of these calls: ${blockOf(objection).message}`,
});
