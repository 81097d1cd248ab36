// ModifySecurityGroupRule and ModifySecurityGroupEgressRule by SecurityGroupRuleId: an edit in place that may
// not change what kind of rule it is, and may not empty a field. Without an id: modify-by-fields.ts.
import type { ActionHandler } from '../action.ts';
import type { Direction, Permission } from '../state.ts';
import { readGroupTarget, writableGroup } from '../groups/group-target.ts';
import { modifyByFields } from './modify-by-fields.ts';
import { mergeRule } from './modify-merge.ts';
import { text } from '../actions/params.ts';
import { fieldsOf, permissionOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import { isFlat, isRuleId } from './rule-batch.ts';
import { RuleBook } from './rule-book.ts';
import { ruleAction, SIDES, type RuleCall } from './rule-call.ts';
import { checkInGroup } from './rule-check.ts';
import { readDraft } from './fields/rule-draft.ts';
import { checkShape } from './fields/rule-shape.ts';

export const modifyRule = (direction: Direction): ActionHandler =>
  ruleAction('modify', direction, (call) => {
    refuseOtherDirection(call);
    const byId = !call.legacy && text(call.request.params, 'SecurityGroupRuleId') !== '';
    if (byId) modifyById(call);
    else modifyByFields(call);
  });

/** A peer group in the field of the other direction. The page of 2019 doesn't know the refusal. */
function refuseOtherDirection({ legacy, direction, request }: RuleCall): void {
  if (!legacy && text(request.params, `${SIDES[direction].own}GroupId`) !== '') {
    throw refuse('InvalidSourceOrDestGroupId.DirectionMissmatch');
  }
}

function modifyById(call: RuleCall): void {
  const { request, world } = call;
  const { params } = request;
  const target = readGroupTarget(params);
  const ruleId = text(params, 'SecurityGroupRuleId');
  if (!isRuleId(ruleId)) throw refuse('InvalidParam.SecurityGroupRuleId');
  if (!isFlat(params) && text(params, 'PortRangeListId') === '')
    throw refuse('InvalidParam.InvalidModifyRuleRequest');
  const sent = readDraft({ name: 'request', fields: params, form: 'current', call });

  const group = writableGroup(target, request, world);
  const book = new RuleBook(group, world);
  const index = book.findIndex((rule) => rule.SecurityGroupRuleId === ruleId);
  const before = book.at(index);
  if (before?.Direction !== call.direction) throw refuse('InvalidSecurityGroupRuleId.NotFound');

  const draft = mergeRule(sent, before, group, world);
  checkShape(draft, call);
  const after = permissionOf(draft, call, {
    ...checkInGroup({ ...draft, nicType: before.NicType }, group, call),
    SecurityGroupRuleId: world.quirks.ruleIdAfterModify === 'new' ? world.newId('sgr-') : ruleId,
    CreateTime: before.CreateTime,
  });
  const twin = book.at(book.indexOf(after, index));
  if (twin !== undefined) throw refuse('InvalidOperation.RuleDuplicate', twin.SecurityGroupRuleId);
  if (isSameContent(before, after)) {
    if (world.quirks.modifySame === 'ok') return;
    throw refuse('InvalidOperation.RuleDuplicate', before.SecurityGroupRuleId);
  }
  book.replace(index, after);
  book.save();
}

/** Equal but for the id, which one of the quirks may have replaced. */
const isSameContent = (before: Permission, after: Permission): boolean =>
  JSON.stringify(fieldsOf(before)) === JSON.stringify(fieldsOf(after));
