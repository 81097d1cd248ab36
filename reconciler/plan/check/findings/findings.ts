// What someone should know, whether or not the plan is carried out.
import type { DescribedGroup, DesiredRule } from '../../../model/group.ts';
import { counted } from '../../../model/counted.ts';
import { DIRECTIONS, ruleIdentity } from '../../../model/rule.ts';
import { compareDescribed, compareDesired } from '../../diff/diff.ts';
import type { NamedByRule } from '../../diff/absent.ts';
import type { Ownership } from '../../diff/ownership.ts';
import { twinsByKey } from '../../coexist/twins.ts';
import type { PlanInput } from '../../plan-input.ts';
import type { FindingId, GroupPolicy, PlanFinding } from '../../plan.ts';
import { describeRule } from '../../../model/rule-text.ts';
import { compareText, type SourcePlace } from '../../../model/problem.ts';
import { networkProblems } from './network-findings.ts';

export function planFindings(
  { desired, described, learned = {} }: PlanInput,
  ownership: Ownership,
  absent: readonly NamedByRule[],
): PlanFinding[] {
  const found = [...warnings(desired, described, ownership), ...absent.map(namesWhatIsAbsent)];
  return [...inReadingOrder(found), ...unreadLists(desired, learned.unreadLists)];
}

const inReadingOrder = (findings: readonly PlanFinding[]): PlanFinding[] =>
  [...findings].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || compareText(a.message, b.message),
  );

/** The plan reckons with one rule for each list whose size is not known. */
const unreadLists = ({ source }: GroupPolicy, reasons: readonly string[] = []): PlanFinding[] =>
  reasons.map((message) => warningAt('list-size-unknown', source, message));

function warnings(policy: GroupPolicy, described: DescribedGroup, ownership: Ownership): PlanFinding[] {
  const desired = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).sort(compareDesired);
  return [
    ...hiddenByIgnore(desired, ownership),
    ...opensThoughIgnored(ownership),
    ...notUnderstood(policy, ownership),
    ...leftToOthers(policy, desired, ownership),
    ...equalButForPriority(desired),
    ...networkProblems(desired, described).map(({ id, rule, text }) => warningAbout(id, rule, text)),
  ];
}

const ABSENT: Readonly<Record<NamedByRule['kind'], { readonly id: FindingId; readonly noun: string }>> = {
  group: { id: 'absent-group', noun: 'security group' },
  prefixList: { id: 'absent-prefix-list', noun: 'prefix list' },
  portList: { id: 'absent-port-list', noun: 'port list' },
};

function namesWhatIsAbsent({ rule, kind, id }: NamedByRule): PlanFinding {
  const { id: finding, noun } = ABSENT[kind];
  const text =
    `is left out: there is no ${noun} ${id} in this account and region, or RAM hides it; ` +
    'create it, or name another';
  return warningAbout(finding, rule, text);
}

/** A described rule that is left alone fulfils a declared one, except for the description. */
function hiddenByIgnore(desired: readonly DesiredRule[], { ignored }: Ownership): PlanFinding[] {
  if (ignored.length === 0) return [];
  const identities = new Set(ignored.map(({ rule }) => ruleIdentity(rule)));
  return desired
    .filter(({ rule }) => identities.has(ruleIdentity(rule)))
    .map((rule) =>
      warningAbout('ignore-hides-rule', rule, 'is declared, yet an ignore pattern leaves it alone'),
    );
}

/** What an ignored rule opens is declared nowhere, so it is told even though it stays. */
const opensThoughIgnored = ({ ignoredOpening }: Ownership): PlanFinding[] =>
  ignoredOpening.map(({ described: { rule, id }, pattern: { source } }) =>
    warningAt(
      'ignored-opens',
      source,
      `${id ?? 'a rule'} (${describeRule(rule)}) is ignored, and lets through more than the declared rules`,
    ),
  );

/** What such a field means is not known, so the rule is neither taken for a declared one nor changed. */
function notUnderstood({ source }: GroupPolicy, { managed, ignored, foreign }: Ownership): PlanFinding[] {
  const rules = [...managed, ...ignored, ...foreign].filter(({ rule }) => rule.unknown !== undefined);
  const [first] = rules.sort(compareDescribed);
  if (first === undefined) return [];
  const message =
    `${counted(rules.length, 'rule')} with fields that this version does not know, and so not taken for a declared one: ` +
    `${first.id ?? 'a rule'} (${describeRule(first.rule)})${rules.length > 1 ? ' and others' : ''}`;
  return [warningAt('unknown-fields', source, message)];
}

const MAX_NAMED_RULES = 5;

/** They are declared nowhere, and whoever made them may not know: among them are those that the policy no longer names. */
function leftToOthers(
  { id: group, source }: GroupPolicy,
  desired: readonly DesiredRule[],
  { foreign }: Ownership,
): PlanFinding[] {
  if (foreign.length === 0) return [];
  const identities = new Set(desired.map(({ rule }) => ruleIdentity(rule)));
  const left = foreign.filter(({ rule }) => !identities.has(ruleIdentity(rule))).sort(compareDescribed);
  if (left.length === 0) return [];
  const named = left
    .slice(0, MAX_NAMED_RULES)
    .map(({ rule, id }) => `${id ?? 'a rule'} (${describeRule(rule)})`);
  const more = left.length > named.length ? [`and ${left.length - named.length} more`] : [];
  const message =
    `${counted(left.length, 'rule')} that no policy declares and Rampart did not bring stay as they are: ` +
    `${[...named, ...more].join(', ')}; to manage them: rampart adopt --group ${group} --reason TEXT`;
  return [warningAt('unmanaged-rules', source, message)];
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

function warningAbout(id: FindingId, { rule, source }: DesiredRule, text: string): PlanFinding {
  return warningAt(id, source, `${describeRule(rule)} ${text}`);
}

function warningAt(id: FindingId, { file, line }: SourcePlace, message: string): PlanFinding {
  return { id, severity: 'warning', message, file, line };
}
