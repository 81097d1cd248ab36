// Selecting a rule by its fields instead of its id: Revoke by Permissions and the Modify of 2019.
import type { Permission, SecurityGroup } from '../state.ts';
import { permissionOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import type { RuleBook } from './rule-book.ts';
import type { RuleCall } from './rule-call.ts';
import { checkInGroup, nicTypeOf, refuseSameGroup, type Resolved } from './rule-check.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

/** The rule that the fields describe; a left-out Policy or Priority means its default. */
export function selectorOf(draft: RuleDraft, group: SecurityGroup, call: RuleCall): Permission {
  const legacyModify = call.legacy && call.operation === 'modify';
  const resolved = legacyModify ? describedOnly(draft, group, call) : checkInGroup(draft, group, call);
  return permissionOf(draft, call, { ...resolved, SecurityGroupRuleId: '', CreateTime: '' });
}

/**
 * The Modify page of 2019 has no code for anything that a rule names and that is not there, or doesn't fit the group:
 * a rule is there or it isn't, also one whose peer group has vanished.
 */
function describedOnly(draft: RuleDraft, group: SecurityGroup, call: RuleCall): Resolved {
  refuseSameGroup(draft.peerGroupId, group, call);
  return { nicType: nicTypeOf(draft, group), peerOwner: '' };
}

/** The index of the rule selected, or -1. A rule that differs in nothing but NicType is refused. */
export function matchingIndex(
  selector: Permission,
  book: RuleBook,
  call: RuleCall,
  form: RuleDraft['form'],
): number {
  const find = (wanted: Permission): number => {
    const index = book.indexOf(wanted);
    return index < 0 && form === 'flat' ? book.indexOfMasked(wanted) : index;
  };
  const index = find(selector);
  if (index >= 0) return index;
  const otherNic = selector.NicType === 'intranet' ? 'internet' : 'intranet';
  if (find({ ...selector, NicType: otherNic }) < 0) return -1;
  if (call.operation === 'revoke') throw refuse('InvalidNicType.Mismatch (revoke)');
  throw refuse(call.legacy ? 'InvalidNicType.Mismatch (2019)' : 'InvalidNicType.Mismatch');
}
