import type { ActionHandler, World } from '../action.ts';
import type { Direction, SecurityGroup } from '../state.ts';
import { timestamp } from '../actions/contents.ts';
import { readGroupTarget, writableGroup } from '../groups/group-target.ts';
import { identityOf, permissionOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import { applyBatch, readBatch } from './rule-batch.ts';
import { RuleBook } from './rule-book.ts';
import { ruleCall, type RuleCall } from './rule-call.ts';
import { checkInGroup, nicTypeOf } from './rule-check.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

/** AuthorizeSecurityGroup and AuthorizeSecurityGroupEgress. A rule that is already there is silently not added. */
export const authorize =
  (direction: Direction): ActionHandler =>
  (request, world) => {
    const call = ruleCall('authorize', direction, world);
    const target = readGroupTarget(request.params);
    const { drafts, failure } = readBatch(request, target, call, world);
    const group = writableGroup(target, request, world);
    refuseTwins(drafts, group, call, world);
    const book = new RuleBook(group, world);
    const addDraft = (draft: RuleDraft) => addRule(draft, group, book, { call, world });
    applyBatch({ entries: drafts, failure }, book, addDraft, world.quirks);
    return {};
  };

/** Two entries that would become one rule. Which fields the vendor compares is unknown; we take the identity. */
export function refuseTwins(
  drafts: readonly RuleDraft[],
  group: SecurityGroup,
  call: RuleCall,
  world: World,
): void {
  const stamp = { SecurityGroupRuleId: '', CreateTime: '', peerOwner: '' };
  const identities = drafts.map((draft) =>
    identityOf(permissionOf(draft, call, { ...stamp, nicType: nicTypeOf(draft, group) }), world.quirks),
  );
  if (new Set(identities).size < identities.length) throw refuse('InvalidParam.DuplicatePermissions');
}

interface Context {
  readonly call: RuleCall;
  readonly world: World;
}

function addRule(draft: RuleDraft, group: SecurityGroup, book: RuleBook, { call, world }: Context): void {
  const resolved = checkInGroup(draft, group, call, world);
  const rule = permissionOf(draft, call, {
    ...resolved,
    SecurityGroupRuleId: world.newId('sgr-'),
    CreateTime: timestamp(world.nowMs()),
  });
  const index = book.indexOf(rule);
  const existing = book.at(index);
  if (existing === undefined) {
    book.add(rule);
  } else if (world.quirks.reauthorize === 'overwriteDescription' && rule.Description !== '') {
    book.describe(index, rule.Description);
  }
}
