// What a plan does to the traffic as a whole.
import { groupContext } from '../exposure/context.ts';
import { exposureDelta } from '../exposure/delta.ts';
import type { DescribedGroup } from '../model/group.ts';
import type { GroupPlan, Step } from './plan.ts';
import { applySteps } from './simulate.ts';

export function deltaOf(group: DescribedGroup, steps: readonly Step[]): GroupPlan['exposure'] {
  const after = applySteps(group.rules, steps);
  const delta = exposureDelta(
    group.rules.map(({ rule }) => rule),
    after.map(({ rule }) => rule),
    groupContext(group),
  );
  return { opened: delta.opened, closed: delta.closed };
}
