// A group that is as its policy says has the same rules twice, described and desired: here they become the same objects.
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleContent } from '../../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';

/** The group with the policy's own object for each rule that is equal to one of its rules. */
export function withSharedRules(
  group: DescribedGroup,
  { rules }: Pick<GroupPolicy, 'rules'>,
): DescribedGroup {
  const wanted = DIRECTIONS.flatMap((direction) => rules[direction] ?? []);
  const byContent = new Map(wanted.map(({ rule }) => [ruleContent(rule), rule]));
  const shared = group.rules.map((each) => ({
    ...each,
    rule: byContent.get(ruleContent(each.rule)) ?? each.rule,
  }));
  return { ...group, rules: shared };
}
