// The one place that knows how the current planner is called with a planning case.
import { planDocument, type GroupDocument } from '../../reconciler/report/document.ts';
import type { PlanCase } from './plan-cases.ts';
import { planFor } from './plan-inputs.ts';

/** The plan document of a case, as `plan --json` would show it. */
export function currentPlan({ policy, group, quarantined, options }: PlanCase): GroupDocument {
  const learned = {
    quarantined: { desired: new Set(quarantined.desired), described: new Set(quarantined.described) },
  };
  return planDocument(planFor(policy, group, options, { learned }));
}
