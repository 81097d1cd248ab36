// Rules by hand that are left alone for a while: which of a group's they are, and what is said of them.
import { keptRules, type KeptRule } from '../../../reconciler/judge/break-glass.ts';
import { ruleViolations } from '../../../reconciler/judge/cel/rule-guardrails.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../reconciler/judge/count/senders.ts';
import { scopedByCloud } from '../../../reconciler/judge/scope.ts';
import { judgeChange } from '../../../reconciler/judge/verdict/judge.ts';
import { groupContext, type ReadLists } from '../../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';
import type { SafetyInput } from '../../../reconciler/plan/safety.ts';
import { HOUR_MS } from '../../clock.ts';

interface Asked {
  readonly desired: GroupPolicy;
  readonly described: DescribedGroup;
  readonly before: readonly KeptRule[];
  readonly safety: SafetyInput;
  readonly lists: ReadLists;
  readonly nowMs: number;
}

/** `maxHours`: null where the config allows none. */
export function breakGlassOf(maxHours: number | null, asked: Asked): readonly KeptRule[] {
  const { desired, described, before, lists, nowMs } = asked;
  if (maxHours === null) return [];
  const wanted = DIRECTIONS.flatMap((direction) => desired.rules[direction] ?? []).map(({ rule }) => rule);
  const identities = new Set(wanted.map(ruleIdentity));
  return keptRules({
    described: described.rules.map(({ rule }) => rule),
    before,
    context: groupContext(described, lists),
    maxMs: maxHours * HOUR_MS,
    isRefused: (rule, beside) =>
      identities.has(ruleIdentity(rule)) || violates(rule, [...wanted, ...beside], asked),
    nowMs,
  });
}

/** An error guardrail that the rule violates beside these others, or may violate. */
function violates(rule: Rule, others: readonly Rule[], { described, safety, lists, nowMs }: Asked): boolean {
  const guardrails = safety.guardrails.filter(({ severity }) => severity === 'error');
  const context = {
    group: groupContext(described, lists),
    privateNetworks: safety.privateNetworks ?? DEFAULT_PRIVATE_NETWORKS,
    nowMs,
  };
  const judged = judgeChange(others, [...others, rule], { guardrails, expectations: [] }, context);
  const isWorse = judged.guardrails.some(
    ({ verdict, exemption }) =>
      exemption === null && (verdict.kind === 'worse' || verdict.kind === 'unknown'),
  );
  const source = { file: '', line: 1, column: 1 };
  const asDesired = { rule, name: null, expiresAtMs: null, source };
  const told = ruleViolations([asDesired], guardrails, { group: scopedByCloud(described), nowMs });
  return isWorse || told.some(({ exemption }) => exemption === null);
}

/** Those that are left alone now: `ruleIdentity` of each. */
export const keptNow = (rules: readonly KeptRule[], nowMs: number): ReadonlySet<string> =>
  new Set(rules.filter((kept) => isKept(kept, nowMs)).map(({ rule }) => ruleIdentity(rule)));

/** Those whose time is over: that they go was announced. */
export const keptBefore = (rules: readonly KeptRule[], nowMs: number): readonly string[] =>
  rules.filter(({ untilMs }) => untilMs <= nowMs).map(({ rule }) => ruleIdentity(rule));

/** Whether the group has it, and its time has not come. */
export const isKept = ({ isPresent, untilMs }: KeptRule, nowMs: number): boolean =>
  isPresent && nowMs < untilMs;
