// A group that is as its policy says has the same rules twice, described and desired: here they become the same objects. And
// nothing of it keeps the answer that it was read from: a part of a long text keeps the whole text in memory.
import { deserialize, serialize } from 'node:v8';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleContent, type Rule } from '../../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';

/** The group with the policy's own object for each rule that is equal to one of its rules, and copies of all else. */
export function withSharedRules(
  group: DescribedGroup,
  { rules }: Pick<GroupPolicy, 'rules'>,
): DescribedGroup {
  const wanted = DIRECTIONS.flatMap((direction) => rules[direction] ?? []);
  const byContent = new Map(wanted.map(({ rule }) => [ruleContent(rule), rule]));
  const shared = group.rules.map(({ rule, id, selector }) => ({
    rule: byContent.get(ruleContent(rule)) ?? Object.freeze(copyOf(rule)),
    id: id === null ? null : copyOf(id),
    selector: id === null ? copyOf(selector) : selector,
  }));
  return { ...group, rules: shared };
}

/** Of plain data; its texts are texts of their own. */
const copyOf = <T extends Rule | string | Readonly<Record<string, string>>>(value: T): T =>
  deserialize(serialize(value)) as T;
