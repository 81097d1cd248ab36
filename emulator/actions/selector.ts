// Selecting a rule by its fields instead of its id: Revoke by Permissions and the Modify of 2019.
import type { World } from '../action.ts';
import type { Permission, SecurityGroup } from '../state.ts';
import { permissionOf } from './permission.ts';
import { refuse } from './refusals.ts';
import type { RuleBook } from './rule-book.ts';
import type { RuleCall } from './rule-call.ts';
import { checkInGroup } from './rule-check.ts';
import type { RuleDraft } from './rule-draft.ts';

/** The rule that the fields describe; a left-out Policy or Priority means its default. */
export function selectorOf(draft: RuleDraft, group: SecurityGroup, call: RuleCall, world: World): Permission {
  const resolved = checkInGroup(draft, group, call, world);
  return permissionOf(draft, call, { ...resolved, SecurityGroupRuleId: '', CreateTime: '' });
}

/** The index of the rule selected, or -1. A rule that differs in nothing but NicType is refused. */
export function matchingIndex(selector: Permission, book: RuleBook, call: RuleCall): number {
  const index = book.indexOf(selector);
  if (index >= 0) return index;
  const otherNic = selector.NicType === 'intranet' ? 'internet' : 'intranet';
  if (book.indexOf({ ...selector, NicType: otherNic }) < 0) return -1;
  if (call.operation === 'revoke') throw refuse('InvalidNicType.Mismatch (revoke)');
  throw refuse(call.legacy ? 'InvalidNicType.Mismatch (2019)' : 'InvalidNicType.Mismatch');
}
