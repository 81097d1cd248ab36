// Wire -> model for a whole group, from the pages as they came.
import type { ApiLevel } from '../../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, DescribedRule, GroupRef } from '../../../reconciler/model/group.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { compareRules, type NicType } from '../../../reconciler/model/rule.ts';
import type { OwnCode } from '../failures/failure-table.ts';
import type { RulePage, WireGroup } from './answer-schemas.ts';
import type { Permission } from './permission.ts';
import { consoleName, decodePermission } from './decode-rule.ts';
import { levelShownBy, wireDialectOf } from './dialect.ts';

/** All pages of rules of one network interface type. */
export interface RuleWalk {
  readonly nicType: NicType;
  readonly pages: readonly RulePage[];
}

export interface LevelChoice {
  readonly apiLevel: 'auto' | ApiLevel;
  /** What `auto` means for a group without rules. */
  readonly whenNoRules: ApiLevel;
}

export interface ReadProblem {
  readonly code: OwnCode;
  readonly message: string;
}

/** How many unreadable rules a message names. */
const NAMED_PROBLEMS = 5;

/** The group with its rules in the order of `compareRules`, or why it cannot be trusted. */
export function decodeGroup(
  group: GroupRef,
  head: WireGroup,
  walks: readonly RuleWalk[],
  choice: LevelChoice,
): Result<DescribedGroup, ReadProblem> {
  const pages = walks.flatMap((walk) => walk.pages);
  const ofAnother = pages.find((page) => page.SecurityGroupId !== group.id);
  if (ofAnother !== undefined) return bad('Transport.BadAnswer', 'the answer is about another group');
  const headed = decodeHead(head);
  if (!headed.ok) return headed;
  const innerAccess = decodeInnerAccess(pages[0]?.InnerAccessPolicy ?? '', headed.value.type);
  if (innerAccess === null) return bad('Transport.Unreadable', 'unknown InnerAccessPolicy');
  const rules = decodeRules(walks);
  if (!rules.ok) return rules;
  const leveled = applyLevel(rules.value, choice);
  if (!leveled.ok) return leveled;
  return ok({
    account: group.account,
    region: group.region,
    id: group.id,
    ...headed.value,
    innerAccess,
    ...leveled.value,
  });
}

/** What the head of a group says of it: how it is found, and which rules may be written to it. */
export type HeadFields = Required<
  Pick<DescribedGroup, 'name' | 'tags' | 'vpcId' | 'type' | 'serviceManaged'>
>;

export function decodeHead(head: WireGroup): Result<HeadFields, ReadProblem> {
  const type = decodeType(head.SecurityGroupType);
  if (type === null) return bad('Transport.Unreadable', `unknown group type "${head.SecurityGroupType}"`);
  return ok({
    name: head.SecurityGroupName,
    tags: tagsOf(head),
    vpcId: head.VpcId === '' ? null : head.VpcId,
    type,
    serviceManaged: head.ServiceManaged,
  });
}

export const tagsOf = ({ Tags }: Pick<WireGroup, 'Tags'>): Record<string, string> =>
  Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));

const bad = (code: OwnCode, message: string) => err({ code, message });

/** Groups from before there were two types say nothing: they are what is called normal today. */
function decodeType(text: string): DescribedGroup['type'] | null {
  return text === '' || text === 'normal' ? 'normal' : text === 'enterprise' ? 'enterprise' : null;
}

/** Members of an enterprise group are never let through by default. Source: help, ModifySecurityGroupPolicy. */
function decodeInnerAccess(text: string, type: DescribedGroup['type']): DescribedGroup['innerAccess'] | null {
  const lower = text.toLowerCase();
  if (lower === 'accept' || lower === 'drop') return lower;
  return lower === '' && type === 'enterprise' ? 'drop' : null;
}

/** Where a rule was shown first. */
interface FirstShown {
  readonly page: RulePage;
  readonly permission: Permission;
}

const contentOfShown = (permission: Permission): string => JSON.stringify(permission);

function decodeRules(walks: readonly RuleWalk[]): Result<DescribedRule[], ReadProblem> {
  const rules: DescribedRule[] = [];
  const problems: string[] = [];
  const seen = new Map<string, FirstShown>();
  for (const { nicType, page, permission } of permissionsOf(walks)) {
    // A rule may show on two pages if others went away between them; a rule that changed meanwhile may not.
    const key = permission.SecurityGroupRuleId || contentOfShown(permission);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      if (contentOfShown(earlier.permission) === contentOfShown(permission)) continue;
      return err(notOneRule(earlier, { page, permission }));
    }
    seen.set(key, { page, permission });
    const rule = decodePermission(permission, nicType);
    if (rule.ok) rules.push(rule.value);
    else problems.push(describeProblem(permission, rule.error));
  }
  if (problems.length === 0) return ok(rules);
  const rest = problems.length - NAMED_PROBLEMS;
  const more = rest > 0 ? `; and ${rest} more` : '';
  return bad('Transport.Unreadable', `${problems.slice(0, NAMED_PROBLEMS).join('; ')}${more}`);
}

function* permissionsOf(walks: readonly RuleWalk[]) {
  for (const { nicType, pages } of walks) {
    for (const page of pages) {
      for (const permission of page.Permissions.Permission) yield { nicType, page, permission };
    }
  }
}

/** One id with two contents. Within one page nothing can have changed between them, so that reading again is no help. */
function notOneRule(first: FirstShown, second: FirstShown): ReadProblem {
  const both = `${consoleName(first.permission)} and ${consoleName(second.permission)}`;
  if (first.page === second.page) {
    const message =
      `one answer has two rules with the id ${first.permission.SecurityGroupRuleId}: ${both}; ` +
      'rule ids must differ, or a call would name both: the fault is with the endpoint (of an emulator: its state file)';
    return { code: 'Transport.Unreadable', message };
  }
  return {
    code: 'Transport.TornRead',
    message: `${both} have one id: the rule changed while the group was read, or two rules have the same id`,
  };
}

const describeProblem = (permission: Permission, problems: readonly string[]): string =>
  `${consoleName(permission)}: ${problems.join(', ')}`;

const byRuleAndId = (a: DescribedRule, b: DescribedRule): number =>
  compareRules(a.rule, b.rule) || compareText(a.id ?? '', b.id ?? '');

function applyLevel(
  rules: readonly DescribedRule[],
  { apiLevel, whenNoRules }: LevelChoice,
): Result<Pick<DescribedGroup, 'apiLevel' | 'rules'>, ReadProblem> {
  const level = apiLevel === 'auto' ? (levelShownBy(rules) ?? whenNoRules) : apiLevel;
  const decoded = wireDialectOf(level).decode(rules);
  if (!decoded.ok) return bad('Transport.Unreadable', decoded.error);
  return ok({ apiLevel: level, rules: decoded.value.toSorted(byRuleAndId) });
}
