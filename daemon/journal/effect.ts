// What a call changes in its group, in rules. It stands in the intent beside the parameters of the call, so that what
// was done can be compared with what the group shows and nobody has to read the wire form back.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { Step } from '../../reconciler/plan/plan.ts';

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
  switch (step.kind) {
    case 'authorize':
      return {
        adds: step.rules.map(({ rule }) => ({
          identity: ruleIdentity(rule),
          id: null,
          description: rule.description,
        })),
        removes: [],
      };
    case 'modify': {
      const { id, rule: before } = step.target;
      const after = step.to.rule;
      return {
        adds: [{ identity: ruleIdentity(after), id, description: after.description ?? before.description }],
        removes: [{ identity: ruleIdentity(before), id }],
      };
    }
    case 'revoke':
      return {
        adds: [],
        removes: step.targets.map(({ rule, id }) => ({ identity: ruleIdentity(rule), id })),
      };
  }
}
