// What someone should know, whether or not the plan is carried out.
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import { DIRECTIONS, ruleIdentity } from '../../model/rule.ts';
import { compareDesired } from '../diff/diff.ts';
import { splitByOwnership } from '../diff/ownership.ts';
import { twinsByKey } from '../coexist/twins.ts';
import type { PlanInput } from '../plan-input.ts';
import type { PlanFinding, GroupPolicy } from '../plan.ts';
import { describeRule } from '../../model/rule-text.ts';
import { compareText, type SourcePlace } from '../../model/problem.ts';

export function planFindings({ desired, described, learned = {} }: PlanInput): PlanFinding[] {
  return [...warnings(desired, described.rules), ...unreadLists(desired, learned.unreadLists)];
}

/** The plan reckons with one rule for each list whose size is not known. */
const unreadLists = ({ source }: GroupPolicy, reasons: readonly string[] = []): PlanFinding[] =>
  reasons.map((message) => warningAt('list-size-unknown', source, message));

function warnings(policy: GroupPolicy, described: readonly DescribedRule[]): PlanFinding[] {
  const desired = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).sort(compareDesired);
  return [...hiddenByIgnore(policy, desired, described), ...equalButForPriority(desired)].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || compareText(a.message, b.message),
  );
}

/** A described rule that is left alone fulfils a declared one, except for the description. */
function hiddenByIgnore(
  policy: GroupPolicy,
  desired: readonly DesiredRule[],
  described: readonly DescribedRule[],
): PlanFinding[] {
  const { unmanaged } = splitByOwnership(policy, described);
  const identities = new Set(unmanaged.map(({ rule }) => ruleIdentity(rule)));
  return desired
    .filter(({ rule }) => identities.has(ruleIdentity(rule)))
    .map((rule) =>
      warningAbout('ignore-hides-rule', rule, 'is declared, yet an ignore pattern leaves it alone'),
    );
}

const equalButForPriority = (desired: readonly DesiredRule[]): PlanFinding[] =>
  [...twinsByKey(desired).values()].flatMap(([, ...others]) =>
    others.map((rule) =>
      warningAbout(
        'priority-twin',
        rule,
        'differs from another rule in priority only: the cloud may keep just one',
      ),
    ),
  );

function warningAbout(id: string, { rule, source }: DesiredRule, text: string): PlanFinding {
  return warningAt(id, source, `${describeRule(rule)} ${text}`);
}

function warningAt(id: string, { file, line }: SourcePlace, message: string): PlanFinding {
  return { id, severity: 'warning', message, file, line };
}
