// ModifySecurityGroupRule without an id, as the manual of 2019 has it: the fields select one rule and the
// description (by a quirk also the priority) is what changes.
import type { World } from '../action.ts';
import type { Permission } from '../state.ts';
import { readGroupTarget, writableGroup } from '../groups/group-target.ts';
import { identityOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import { RuleBook } from './rule-book.ts';
import type { RuleCall } from './rule-call.ts';
import { SYSTEM_PRIORITY } from './fields/rule-fields.ts';
import { readDraft, type RuleDraft } from './fields/rule-draft.ts';
import { checkShape } from './fields/rule-shape.ts';
import { matchingIndex, selectorOf } from './selector.ts';

export function modifyByFields(call: RuleCall): void {
  const { request, world } = call;
  const target = readGroupTarget(request.params);
  const draft = readDraft({ name: 'request', fields: request.params, form: 'flat', call });
  checkShape(draft, call);

  const group = writableGroup(target, request, world);
  const book = new RuleBook(group, world);
  const index = selectedIndex(selectorOf(draft, group, call), book, call);
  const before = book.at(index);
  if (before === undefined) throw refuse('SecurityGroupRule.NotFound');
  const after = {
    ...before,
    Description: draft.description || before.Description,
    Priority: priorityAfter(draft, before, world),
  };
  if (after.Description === before.Description && after.Priority === before.Priority) return;
  book.replace(index, after);
  book.save();
}

function priorityAfter(draft: RuleDraft, before: Permission, { quirks }: World): number {
  if (quirks.legacyModifies === 'description') return before.Priority;
  if (draft.priority === SYSTEM_PRIORITY && before.Priority !== SYSTEM_PRIORITY) {
    throw refuse('InvalidPriority.ValueNotSupported (modify)');
  }
  return draft.priority ?? (quirks.modifyOmitted === 'reset' ? 1 : before.Priority);
}

/**
 * Where Priority is something to set, it can't also select: the rule that has it already is preferred, else the
 * first that differs in it alone. Otherwise it selects like the other fields.
 */
function selectedIndex(selector: Permission, book: RuleBook, call: RuleCall): number {
  const { quirks } = call.world;
  const index = matchingIndex(selector, book, call, 'flat');
  if (index >= 0 || quirks.legacyModifies === 'description') return index;
  const anyPriority = { ...quirks, priorityInIdentity: false, ipv6HostBits: 'mask' } as const;
  const identity = identityOf(selector, anyPriority);
  return book.findIndex((rule) => identityOf(rule, anyPriority) === identity);
}
