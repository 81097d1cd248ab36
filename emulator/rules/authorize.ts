// AuthorizeSecurityGroup and AuthorizeSecurityGroupEgress. A rule that is already there is silently not added.
import type { ActionHandler } from '../action.ts';
import type { Direction, SecurityGroup } from '../state.ts';
import { timestamp } from '../actions/contents.ts';
import { readGroupTarget, writableGroup } from '../groups/group-target.ts';
import { identityOf, permissionOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import { applyBatch, readBatch } from './rule-batch.ts';
import { RuleBook } from './rule-book.ts';
import { ruleAction, type RuleCall } from './rule-call.ts';
import { checkInGroup, nicTypeOf } from './rule-check.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

export const authorize = (direction: Direction): ActionHandler =>
  ruleAction('authorize', direction, (call) => {
    const { request, world } = call;
    const target = readGroupTarget(request.params);
    const { drafts, failure } = readBatch(call);
    const group = writableGroup(target, request, world);
    refuseTwins(drafts, group, call);
    const book = new RuleBook(group, world);
    applyBatch(
      { entries: drafts, failure },
      book,
      (draft) => addRule(draft, group, book, call),
      world.quirks,
    );
  });

/** Two entries that would become one rule. Which fields the vendor compares is unknown; we take the identity. */
export function refuseTwins(drafts: readonly RuleDraft[], group: SecurityGroup, call: RuleCall): void {
  const stamp = { SecurityGroupRuleId: '', CreateTime: '', peerOwner: '' };
  const identities = drafts.map((draft) =>
    identityOf(permissionOf(draft, call, { ...stamp, nicType: nicTypeOf(draft, group) }), call.world.quirks),
  );
  if (new Set(identities).size < identities.length) throw refuse('InvalidParam.DuplicatePermissions');
}

function addRule(draft: RuleDraft, group: SecurityGroup, book: RuleBook, call: RuleCall): void {
  const { world } = call;
  const rule = permissionOf(draft, call, {
    ...checkInGroup(draft, group, call),
    SecurityGroupRuleId: world.newId('sgr-'),
    CreateTime: timestamp(world.nowMs()),
  });
  const index = book.indexOf(rule);
  if (index < 0) book.add(rule);
  else if (world.quirks.reauthorize === 'overwriteDescription' && rule.Description !== '') {
    book.describe(index, rule.Description);
  }
}
