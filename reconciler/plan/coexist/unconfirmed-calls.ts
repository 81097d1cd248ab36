// Calls to which the cloud may say yes and do nothing (see coexistence.ts). Later calls may count on what such a call
// was to bring (an accept on its drop), so the executor reads the group before it goes on, and no batch in which one
// is takes effect as a whole, whatever the cloud promises of batches.
import type { DescribedGroup } from '../../model/group.ts';
import type { Rule } from '../../model/rule.ts';
import type { Diff, Step } from '../plan.ts';
import { coexistenceIn } from './coexistence.ts';
import { twinKey } from './twins.ts';

/** Whether the cloud may take a rule that is to be added for one that stands, or for another one of these. */
export const addsTwins = ({ missing }: Diff, group: DescribedGroup): boolean =>
  hasTwin(missing, keysOf(group.rules));

/** The steps, with a checkpoint behind each unconfirmed call. */
export function withCheckpoints(steps: readonly Step[], group: DescribedGroup): Step[] {
  const standing = keysOf(group.rules);
  let isUnconfirmed = false;
  return steps.map((step) => {
    const checked = isUnconfirmed ? { ...step, checkpoint: true } : step;
    isUnconfirmed = mayDoNothing(step, standing, group);
    if (step.kind === 'authorize') for (const desired of step.rules) standing.add(twinKey(desired));
    if (step.kind === 'revoke') for (const target of step.targets) standing.delete(twinKey(target));
    return checked;
  });
}

function mayDoNothing(step: Step, standing: ReadonlySet<string>, group: DescribedGroup): boolean {
  switch (step.kind) {
    case 'authorize':
      return hasTwin(step.rules, standing);
    case 'modify':
      return !coexistenceIn(group).believesModify && step.target.rule.priority !== step.to.rule.priority;
    case 'revoke':
      return false;
  }
}

type Ruled = ReadonlyArray<{ readonly rule: Rule }>;

const keysOf = (items: Ruled): Set<string> => new Set(items.map(twinKey));

const hasTwin = (added: Ruled, standing: ReadonlySet<string>): boolean =>
  keysOf(added).size < added.length || added.some((item) => standing.has(twinKey(item)));
