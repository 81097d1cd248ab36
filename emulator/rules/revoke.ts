// RevokeSecurityGroup and RevokeSecurityGroupEgress. By ids an unknown id fails the call; by fields a rule that
// isn't there is silently not removed. Exactly one of the two forms may be used.
import type { ActionHandler, ApiError } from '../action.ts';
import type { Direction } from '../state.ts';
import { refuseTwins } from './authorize.ts';
import { readGroupTarget, writableGroup, type GroupTarget } from '../groups/group-target.ts';
import { entries, list } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';
import { applyBatch, isFlat, readBatch, readRuleIds } from './rule-batch.ts';
import { RuleBook } from './rule-book.ts';
import { ruleAction, type RuleCall } from './rule-call.ts';
import { matchingIndex, selectorOf } from './selector.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

export const revoke = (direction: Direction): ActionHandler =>
  ruleAction('revoke', direction, (call) => {
    const { params } = call.request;
    const target = readGroupTarget(params);
    const byIds = !call.legacy && list(params, 'SecurityGroupRuleId').length > 0;
    if (byIds) revokeByIds(target, call);
    else revokeByFields(target, call);
  });

function revokeByIds(target: GroupTarget, call: RuleCall): void {
  const { request, world } = call;
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

function revokeByFields(target: GroupTarget, call: RuleCall): void {
  const { request, world } = call;
  const { drafts, failure } = readBatch(call);
  const group = writableGroup(target, request, world);
  refuseTwins(drafts, group, call);
  const book = new RuleBook(group, world);
  const removeMatch = (draft: RuleDraft) => {
    const index = matchingIndex(selectorOf(draft, group, call), book, call, draft.form);
    if (index >= 0) book.remove(index);
    else if (draft.peerGroupId !== '' && world.quirks.revokeUnknownGroupRule === 'fail') {
      throw refuse('InvalidGroupAuthItem.NotFound');
    }
  };
  applyBatch({ entries: drafts, failure }, book, removeMatch, world.quirks);
}
