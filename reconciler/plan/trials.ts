// Calls to which the cloud may say yes and do nothing. A rule that stands with another priority may be taken for
// the one that is to be added, and the API of 2019 may ignore the priority of a Modify. Later calls may count on
// what such a call was to bring (an accept on its drop), so the executor looks at the group before it goes on.
import type { DescribedGroup } from '../model/group.ts';
import { looseIdentity } from './pair.ts';
import type { Step } from './plan.ts';

/** The steps, with a checkpoint behind each trial. */
export function withTrialsChecked(steps: readonly Step[], group: DescribedGroup): Step[] {
  const standing = new Set(group.rules.map(({ rule }) => looseIdentity(rule)));
  let behindTrial = false;
  return steps.map((step) => {
    const checked = behindTrial ? { ...step, checkpoint: true } : step;
    behindTrial = isTrial(step, standing, group);
    if (step.kind === 'revoke') for (const { rule } of step.targets) standing.delete(looseIdentity(rule));
    return checked;
  });
}

function isTrial(step: Step, standing: ReadonlySet<string>, group: DescribedGroup): boolean {
  switch (step.kind) {
    case 'authorize':
      return step.rules.some(({ rule }) => standing.has(looseIdentity(rule)));
    case 'modify':
      return group.apiLevel === 'legacy2019' && step.target.rule.priority !== step.to.rule.priority;
    case 'revoke':
      return false;
  }
}
