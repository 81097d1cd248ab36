// The one place that knows how the current planner is called with a planning case.
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { planDocument, type GroupDocument } from '../../reconciler/plan/report.ts';
import { withhold } from '../../reconciler/plan/withhold.ts';
import type { PlanCase } from './plan-cases.ts';

/** The plan document of a case, as `plan --json` would show it. */
export function currentPlan({ policy, group, quarantined, options }: PlanCase): GroupDocument {
  const withheld = {
    desired: new Set(quarantined.desired),
    described: new Set(quarantined.described),
  };
  const wanted = withhold(policy, group.rules, withheld);
  return planDocument(planGroup(wanted, group, { ...options, temporaryRules: true }));
}
