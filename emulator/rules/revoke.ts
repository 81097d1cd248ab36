// RevokeSecurityGroup and RevokeSecurityGroupEgress. By ids an unknown id fails the call; by fields a rule that
// isn't there is silently not removed. Exactly one of the two forms may be used.
import type { ActionHandler, ActionRequest, ApiError, World } from '../action.ts';
import type { Direction } from '../state.ts';
import { refuseTwins } from './authorize.ts';
import { readGroupTarget, writableGroup, type GroupTarget } from '../groups/group-target.ts';
import { entries, list } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';
import { applyBatch, isFlat, readBatch, readRuleIds } from './rule-batch.ts';
import { RuleBook } from './rule-book.ts';
import { ruleCall, type RuleCall } from './rule-call.ts';
import { matchingIndex, selectorOf } from './selector.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

export const revoke =
  (direction: Direction): ActionHandler =>
  (request, world) => {
    const call = ruleCall('revoke', direction, world);
    const target = readGroupTarget(request.params);
    if (!call.legacy && list(request.params, 'SecurityGroupRuleId').length > 0) {
      revokeByIds(request, target, call, world);
    } else {
      revokeByFields(request, target, call, world);
    }
    return {};
  };

function revokeByIds(request: ActionRequest, target: GroupTarget, call: RuleCall, world: World): void {
  const { params } = request;
  if (entries(params, 'Permissions').length > 0 || isFlat(params)) throw refuse('InvalidParam.Permissions');
  const ids = readRuleIds(params);
  const book = new RuleBook(writableGroup(target, request, world), world);
  const removeId = (id: string) => {
    const index = book.findIndex((rule) => rule.SecurityGroupRuleId === id);
    const found = book.at(index);
    if (found?.Direction === call.direction) book.remove(index);
    else if (world.quirks.revokeUnknownId === 'fail') throw unknownId(found !== undefined, call);
  };
  applyBatch({ entries: ids, failure: undefined }, book, removeId, world.quirks);
}

/** The pages of the two directions name different codes for an id that isn't there. */
function unknownId(inOtherDirection: boolean, call: RuleCall): ApiError {
  if (inOtherDirection) return refuse('InvalidSecurityGroupRuleId.NotFound');
  return refuse(
    call.direction === 'ingress'
      ? 'InvalidParam.SecurityGroupRuleId'
      : 'InvalidSecurityGroupRule.RuleNotExist',
  );
}

function revokeByFields(request: ActionRequest, target: GroupTarget, call: RuleCall, world: World): void {
  const { drafts, failure } = readBatch(request, target, call, world);
  const group = writableGroup(target, request, world);
  refuseTwins(drafts, group, call, world);
  const book = new RuleBook(group, world);
  const removeMatch = (draft: RuleDraft) => {
    const index = matchingIndex(selectorOf(draft, group, call, world), book, call, draft.form);
    if (index >= 0) book.remove(index);
  };
  applyBatch({ entries: drafts, failure }, book, removeMatch, world.quirks);
}
