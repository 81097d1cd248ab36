// Calls to which the cloud may say yes and do nothing. A rule that stands with another priority may be taken for
// the one that is to be added, and the older API may ignore the priority of a Modify. Later calls may count on
// what such a call was to bring (an accept on its drop), so the executor looks at the group before it goes on, and
// no batch in which one is takes effect as a whole, whatever the cloud promises of batches.
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup } from '../../model/group.ts';
import type { Rule } from '../../model/rule.ts';
import { looseIdentity } from '../match/pair.ts';
import type { Diff, Step } from '../plan.ts';

/** Whether the cloud may take a rule that is to be added for one that stands, or for another one of these. */
export function bringsTrials({ missing }: Diff, group: DescribedGroup): boolean {
  return hasTwin(missing, identities(group.rules));
}

/** The steps, with a checkpoint behind each trial. */
export function withTrialsChecked(steps: readonly Step[], group: DescribedGroup): Step[] {
  const standing = identities(group.rules);
  let behindTrial = false;
  return steps.map((step) => {
    const checked = behindTrial ? { ...step, checkpoint: true } : step;
    behindTrial = isTrial(step, standing, group);
    if (step.kind === 'authorize') for (const { rule } of step.rules) standing.add(looseIdentity(rule));
    if (step.kind === 'revoke') for (const { rule } of step.targets) standing.delete(looseIdentity(rule));
    return checked;
  });
}

function isTrial(step: Step, standing: ReadonlySet<string>, group: DescribedGroup): boolean {
  switch (step.kind) {
    case 'authorize':
      return hasTwin(step.rules, standing);
    case 'modify':
      return dialectOf(group).mayIgnorePriority && step.target.rule.priority !== step.to.rule.priority;
    case 'revoke':
      return false;
  }
}

type Ruled = ReadonlyArray<{ readonly rule: Rule }>;

const identities = (items: Ruled): Set<string> => new Set(items.map(({ rule }) => looseIdentity(rule)));

const hasTwin = (coming: Ruled, standing: ReadonlySet<string>): boolean =>
  identities(coming).size < coming.length || coming.some(({ rule }) => standing.has(looseIdentity(rule)));
