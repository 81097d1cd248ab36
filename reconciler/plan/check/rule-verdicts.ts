// Guardrails of the kind `rule` against a plan: a rule that it would bring and that violates one speaks against it; one
// that is there already is told.
import { oncePerLine, ruleViolations, type RuleViolation } from '../../judge/cel/rule-guardrails.ts';
import { scopedByCloud } from '../../judge/scope.ts';
import { guardrailCode } from '../../model/problem.ts';
import { describeRule } from '../../model/rule-text.ts';
import { DIRECTIONS, ruleIdentity } from '../../model/rule.ts';
import type { PlanInput } from '../plan-input.ts';
import type { PlanFinding } from '../plan.ts';
import type { VerdictObjection } from './objection.ts';

export function ruleVerdicts({ desired, described, safety, nowMs }: PlanInput): RuleViolation[] {
  const rules = DIRECTIONS.flatMap((direction) => desired.rules[direction] ?? []);
  return ruleViolations(rules, safety?.guardrails ?? [], { group: scopedByCloud(described), nowMs });
}

export function ruleObjections(
  violations: readonly RuleViolation[],
  isNew: (identity: string) => boolean,
): VerdictObjection[] {
  const against = violations
    .filter(({ guardrail, exemption }) => guardrail.severity === 'error' && exemption === null)
    .filter(({ rule }) => isNew(ruleIdentity(rule.rule)));
  return oncePerLine(against).map((violation) => ({
    kind: 'guardrail',
    about: violation.guardrail.id,
    what: `guardrail ${violation.guardrail.id}: ${violationText(violation)}`,
    remedy: violation.guardrail.message,
  }));
}

export function ruleFindings(violations: readonly RuleViolation[]): PlanFinding[] {
  return oncePerLine(violations).map((violation) => {
    const { guardrail, rule, exemption } = violation;
    const exempt = exemption === null ? '' : `; exempt: ${exemption.reason}`;
    return {
      id: guardrailCode(guardrail.id),
      severity: exemption === null ? guardrail.severity : 'warning',
      message: `${violationText(violation)}${exempt}`,
      file: rule.source.file,
      line: rule.source.line,
      guardrail: exemption === null ? 'violated' : 'exempt',
    };
  });
}

function violationText({ rule, failure }: RuleViolation): string {
  const { file, line } = rule.source;
  const why = failure === null ? 'is not as the guardrail wants it' : `cannot be judged: ${failure}`;
  return `${describeRule(rule.rule)} (${file}:${line}) ${why}`;
}
