// What the planner judged of a plan, in the form in which approvals and losses are kept.
import { losingKey } from '../../../reconciler/judge/loss/losing-rules.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import { openingKey } from '../../../reconciler/plan/safety.ts';

export interface ChangesAtStake {
  readonly losing: readonly string[];
  readonly opening: readonly string[];
}

export const changesAtStake = ({ losing, opening }: GroupPlan): ChangesAtStake => ({
  losing: losing.map(losingKey),
  opening: opening.map(openingKey),
});
