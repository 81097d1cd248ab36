// A group that is as its policy says has the same rules twice, described and desired: here they become the same objects. And
// nothing of it keeps the answer that it was read from: a part of a long text keeps the whole text in memory.
import { deserialize, serialize } from 'node:v8';
import type { DescribedGroup, DescribedRule } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleContent } from '../../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';

/** A described rule; null: the policy has the rule itself. */
type OwnPart = Omit<DescribedRule, 'rule'> & { readonly rule: DescribedRule['rule'] | null };

/** The group with the policy's own object for each rule that is equal to one of its rules, and copies of all else. */
export function withSharedRules(
  group: DescribedGroup,
  { rules }: Pick<GroupPolicy, 'rules'>,
): DescribedGroup {
  const wanted = DIRECTIONS.flatMap((direction) => rules[direction] ?? []);
  const byContent = new Map(wanted.map(({ rule }) => [ruleContent(rule), rule]));
  const shared = group.rules.map(({ rule }) => byContent.get(ruleContent(rule)) ?? null);
  const parts = group.rules.map((each, at) => (shared[at] === null ? each : { ...each, rule: null }));
  // At once: one copy each would take ten times as long.
  const copies = deserialize(serialize(parts)) as readonly OwnPart[];
  const joined = copies.map((copy, at) => {
    const rule = shared[at] ?? copy.rule;
    if (rule === null) throw new Error('a rule is neither shared nor copied');
    return { ...copy, rule: Object.freeze(rule) };
  });
  return { ...group, rules: joined };
}
