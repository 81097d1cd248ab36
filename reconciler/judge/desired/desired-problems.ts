// Verdicts on the desired rules as problems in their places: at the rule that decides, if one does.
import type { DesiredGroup } from '../../model/group.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { Problem, SourcePlace } from '../../model/problem.ts';
import { describeRule } from '../../model/rule-text.ts';
import type { RuleViolation } from '../cel/rule-guardrails.ts';
import { excessText } from '../text/excess-text.ts';
import type { Excess } from '../verdict/excess.ts';
import type { GuardrailVerdict, WhyUnknown } from '../verdict/guardrail.ts';
import type { JudgedGuardrail } from '../verdict/judge.ts';
import { desiredRuleOf, type DesiredJudgement, type DesiredVerdict } from './judge-desired.ts';

/** Code of the problem that an expectation fails, or cannot be judged. */
const EXPECTATION = 'expectation';
const EXPECTATION_UNKNOWN = 'expectation-unknown';

export function judgementProblems(judgements: readonly DesiredJudgement[]): Problem[] {
  return judgements.flatMap(({ group, guardrails, violations, expectations }) => [
    ...guardrails.flatMap((judged) => guardrailProblem(judged, group) ?? []),
    ...ruleProblemsOf(violations),
    ...expectations.flatMap(
      ({ expectation, verdict }) => expectationProblem(expectation, verdict, group) ?? [],
    ),
  ]);
}

/** The code is the guardrail's id: scripts and code scanning find it by that. */
function guardrailProblem(
  { demand, verdict, exemption }: JudgedGuardrail<GuardrailVerdict>,
  group: DesiredGroup,
): Problem | null {
  if (verdict.kind === 'satisfied' || exemption !== null) return null;
  const { id, severity, message: advice } = demand;
  const what = `the guardrail ${id}`;
  if (verdict.kind === 'violated') {
    const message = `this violates ${what}: ${excessText(verdict.excess, 'accepted')}`;
    return { ...placeOf(verdict.excess, group), severity, code: id, message, hint: advice };
  }
  const message = `${what} cannot be judged ${whyText(verdict.why)}`;
  return { ...group.source, severity: 'warning', code: id, message, hint: '' };
}

/** One rule of a file stands for many; the first of them that violates a guardrail is told. */
function ruleProblemsOf(violations: readonly RuleViolation[]): Problem[] {
  const told = new Set<string>();
  return violations.flatMap(({ guardrail, rule, failure, exemption }) => {
    const key = JSON.stringify([guardrail.id, rule.source]);
    if (exemption !== null || told.has(key)) return [];
    told.add(key);
    const why = failure === null ? '' : `, which cannot be evaluated of it: ${failure}`;
    const message = `${describeRule(rule.rule)} violates the guardrail ${guardrail.id}${why}`;
    const { severity, message: hint, id: code } = guardrail;
    return [{ ...rule.source, severity, code, message, hint }];
  });
}

function expectationProblem(
  expectation: Expectation,
  verdict: DesiredVerdict,
  group: DesiredGroup,
): Problem | null {
  if (verdict.kind === 'holds') return null;
  const { name, kind, source } = expectation;
  if (verdict.kind === 'fails') {
    const fate = kind === 'accept' ? 'dropped' : 'accepted';
    const { decision } = verdict.excess;
    const place = decision.by === 'rule' ? placeOf(verdict.excess, group) : source;
    const message = `this fails the expectation "${name}" (${fileAndLine(source)}): ${excessText(verdict.excess, fate)}`;
    return { ...place, severity: 'error', code: EXPECTATION, message, hint: '' };
  }
  const message = `the expectation "${name}" ${unknownText(expectation, verdict)}`;
  return { ...source, severity: 'warning', code: EXPECTATION_UNKNOWN, message, hint: '' };
}

/** Why an expectation of desired rules has no verdict. */
export function unknownText(
  { pattern }: Expectation,
  verdict: Extract<DesiredVerdict, { readonly kind: 'unknown' | 'unmanaged' }>,
): string {
  return verdict.kind === 'unmanaged'
    ? `cannot be judged without the cloud: the policy does not manage ${pattern.direction}`
    : `cannot be judged ${whyText(verdict.why)}`;
}

const whyText = (why: WhyUnknown): string =>
  why === 'lists' ? 'without the entries of a list' : 'in reasonable time: the rules are too intricate';

/** The place of the deciding rule, else of the group. */
export function placeOf({ decision }: Excess, group: DesiredGroup): SourcePlace {
  const rule = decision.by === 'rule' ? desiredRuleOf(group, decision.rule) : null;
  return rule?.source ?? group.source;
}

const fileAndLine = ({ file, line }: SourcePlace): string => `${file}:${line}`;
