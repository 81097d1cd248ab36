// Model -> wire: one step of a plan becomes one call, in the dialect of the endpoint.
import { dialectOf, type ApiDialect, type ApiLevel } from '../../../reconciler/model/api-dialect.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { operationOf, type WriteOperation } from '../../../reconciler/model/operation.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import { changedFields } from '../../../reconciler/plan/match/pair.ts';
import type { ModifyStep, Step } from '../../../reconciler/plan/plan.ts';
import type { WireParams } from '../api.ts';
import { wireDialectOf } from './dialect.ts';

export interface StepRequest {
  readonly operation: WriteOperation;
  readonly params: WireParams;
}

/** Equal inputs give equal parameters in equal order. Throws if the planner broke the limits of the API level. */
export function stepRequest(group: GroupRef, step: Step, apiLevel: ApiLevel): StepRequest {
  const target = { RegionId: group.region, SecurityGroupId: group.id };
  const complete = step.kind === 'modify' ? { ...step, to: { ...step.to, rule: modifiedRule(step) } } : step;
  assertPossible(complete, dialectOf({ apiLevel }));
  return { operation: operationOf(step), params: { ...target, ...wireDialectOf(apiLevel).encode(complete) } };
}

function assertPossible(step: Step, { batchSize, modifiable }: ApiDialect): void {
  if (step.kind === 'modify') {
    const refused = changedFields(step.target.rule, step.to.rule).filter(
      (field) => modifiable !== 'all' && !modifiable.includes(field),
    );
    if (refused.length > 0) throw new Error(`the endpoint cannot modify ${refused.join(', ')}`);
    return;
  }
  const { length } = step.kind === 'authorize' ? step.rules : step.targets;
  if (length < 1 || length > batchSize) throw new Error(`a step has ${length} rules, not 1 to ${batchSize}`);
}

/** The desired rule, with what the policy leaves to the cloud filled in from the rule that is there. */
function modifiedRule({ target, to }: ModifyStep): Rule {
  const [held, peer] = [target.rule.peer, to.rule.peer];
  const isSameGroup = peer.kind === 'group' && held.kind === 'group' && peer.id === held.id;
  return {
    ...to.rule,
    description: to.rule.description ?? target.rule.description,
    peer: isSameGroup ? { ...peer, ownerId: peer.ownerId ?? held.ownerId } : peer,
  };
}
