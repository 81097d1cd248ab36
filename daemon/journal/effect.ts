// What a call changes in its group, in rules. It stands in the intent beside the parameters of the call, so that what
// was done can be compared with what the group shows and no one has to read the wire form back.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { rulesAddedBy, rulesRemovedBy, type Step } from '../../reconciler/plan/plan.ts';

export interface RemovedRule {
  /** `ruleIdentity` of the rule. */
  readonly identity: string;
  /** By which the call names the rule; null where it names none. */
  readonly id: string | null;
}

export interface AddedRule extends RemovedRule {
  /** Null: whatever the cloud makes of it. */
  readonly description: string | null;
}

/** A rule that is modified is removed as it was and added as it will be. */
export interface Effect {
  readonly adds: readonly AddedRule[];
  readonly removes: readonly RemovedRule[];
}

export function effectOf(step: Step): Effect {
  const modified = step.kind === 'modify' ? step.target : null;
  return {
    adds: rulesAddedBy(step).map(({ rule }) => ({
      identity: ruleIdentity(rule),
      id: modified?.id ?? null,
      description: rule.description ?? modified?.rule.description ?? null,
    })),
    removes: rulesRemovedBy(step).map(({ rule, id }) => ({ identity: ruleIdentity(rule), id })),
  };
}
