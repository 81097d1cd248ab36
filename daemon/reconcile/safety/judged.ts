// What the planner judged of a plan, in the form in which approvals and losses are kept.
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { Approval } from '../../../reconciler/plan/safety.ts';

export interface JudgedChanges {
  readonly losing: readonly string[];
  readonly opening: readonly string[];
  readonly desiredHash: string;
  /** By which the plan may be carried out, where it needed one. */
  readonly approval: Approval | null;
}

export const judgedChanges = (_plan: GroupPlan): JudgedChanges => ({
  losing: [],
  opening: [],
  desiredHash: '',
  approval: null,
});
