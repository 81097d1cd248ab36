// What a plan does to the traffic as a whole.
import { groupContext } from '../exposure/engine/context.ts';
import { exposureDelta, type ExposureDelta } from '../exposure/ask/delta.ts';
import type { DescribedGroup } from '../model/group.ts';
import type { Step } from './plan.ts';
import { applySteps } from './proof/simulate.ts';

export function deltaOf(group: DescribedGroup, steps: readonly Step[]): ExposureDelta {
  const after = applySteps(group.rules, steps);
  return exposureDelta(
    group.rules.map(({ rule }) => rule),
    after.map(({ rule }) => rule),
    groupContext(group),
  );
}
