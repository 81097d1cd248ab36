// Verdicts on the desired rules as problems in their places: at the rule that decides, if one does.
import type { DesiredGroup } from '../../model/group.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import { guardrailCode, type Problem, type SourcePlace } from '../../model/problem.ts';
import { describeRule, quoted } from '../../model/rule-text.ts';
import { oncePerLine, type RuleViolation } from '../cel/rule-guardrails.ts';
import { nearestChange } from '../nearest/nearest.ts';
import type { Excess } from '../verdict/excess.ts';
import type { GuardrailVerdict } from '../verdict/guardrail.ts';
import type { JudgedGuardrail } from '../verdict/judge.ts';
import { exposedText, failureText, nearestText, whyUnknownText } from '../verdict/text.ts';
import { placeInPolicy, type DesiredJudgement, type DesiredVerdict } from './judge-desired.ts';

/** Code of the problem that an expectation fails, or cannot be judged. */
const EXPECTATION = 'expectation';
const EXPECTATION_UNKNOWN = 'expectation-unknown';

export function judgementProblems(judgements: readonly DesiredJudgement[]): Problem[] {
  return judgements.flatMap((judgement) => [
    ...judgement.guardrails.flatMap((judged) => guardrailProblem(judged, judgement) ?? []),
    ...ruleProblemsOf(judgement.violations),
    ...judgement.expectations.flatMap(
      ({ expectation, verdict }) => expectationProblem(expectation, verdict, judgement.group) ?? [],
    ),
  ]);
}

/** The code is the guardrail's id: scripts and code scanning find it by that. */
function guardrailProblem(
  { demand, verdict, exemption }: JudgedGuardrail<GuardrailVerdict>,
  { group, rules, context }: DesiredJudgement,
): Problem | null {
  if (verdict.kind === 'satisfied' || exemption !== null) return null;
  const { id, severity } = demand;
  if (verdict.kind === 'violated') {
    const placeOf = placeInPolicy(group);
    const nearest = nearestChange(demand, rules, context);
    const message = `guardrail ${id}: ${exposedText(demand, verdict.excess, placeOf)}`;
    const hint = nearest === null ? '' : nearestText(nearest, placeOf);
    return { ...placeOfExcess(verdict.excess, group), severity, code: guardrailCode(id), message, hint };
  }
  const message = `guardrail ${id} cannot be judged: ${whyUnknownText(verdict.why)}`;
  return { ...group.source, severity: 'warning', code: guardrailCode(id), message, hint: '' };
}

function ruleProblemsOf(violations: readonly RuleViolation[]): Problem[] {
  return oncePerLine(violations).flatMap(({ guardrail, rule, failure, exemption }) => {
    if (exemption !== null) return [];
    const why = failure === null ? '' : `, which cannot be evaluated of it: ${failure}`;
    const message = `${describeRule(rule.rule)} violates the guardrail ${guardrail.id}${why}`;
    const { severity, message: hint, id } = guardrail;
    return [{ ...rule.source, severity, code: guardrailCode(id), message, hint }];
  });
}

function expectationProblem(
  expectation: Expectation,
  verdict: DesiredVerdict,
  group: DesiredGroup,
): Problem | null {
  if (verdict.kind === 'holds') return null;
  const { name, source } = expectation;
  if (verdict.kind === 'fails') {
    const { decision } = verdict.excess;
    const place = decision.by === 'rule' ? placeOfExcess(verdict.excess, group) : source;
    const told = failureText(expectation, verdict.excess, placeInPolicy(group));
    const message = `the expectation ${quoted(name)} (${fileAndLine(source)}) fails: ${told}`;
    return { ...place, severity: 'error', code: EXPECTATION, message, hint: '' };
  }
  const message = `the expectation ${quoted(name)} ${unknownText(expectation, verdict)}`;
  return { ...source, severity: 'warning', code: EXPECTATION_UNKNOWN, message, hint: '' };
}

/** Why an expectation of desired rules has no verdict. */
export function unknownText(
  { pattern }: Expectation,
  verdict: Extract<DesiredVerdict, { readonly kind: 'unknown' | 'unmanaged' }>,
): string {
  return verdict.kind === 'unmanaged'
    ? `cannot be judged without the cloud: the policy does not manage ${pattern.direction}`
    : `cannot be judged: ${whyUnknownText(verdict.why)}`;
}

/** The place of the deciding rule, else of the group. */
function placeOfExcess({ decision }: Excess, group: DesiredGroup): SourcePlace {
  const place = decision.by === 'rule' ? placeInPolicy(group)(decision.rule) : null;
  return place ?? group.source;
}

const fileAndLine = ({ file, line }: SourcePlace): string => `${file}:${line}`;
