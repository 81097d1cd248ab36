// Guardrails of the kind `rule`, of each desired rule of a group.
import type { DesiredRule } from '../../model/group.ts';
import type { Exemption, Guardrail } from '../../model/packets/pattern.ts';
import { exemptionOf } from '../verdict/guardrail.ts';
import type { SourcePlace } from '../../model/problem.ts';
import type { ScopedGroup } from '../scope.ts';
import { readRuleExpression, type GroupFactsForRules } from './rule-expression.ts';

export interface RuleViolation {
  readonly guardrail: Guardrail;
  readonly rule: DesiredRule;
  /** Why the expression could not be evaluated; null: it gave false. */
  readonly failure: string | null;
  /** Who is exempt is judged all the same. */
  readonly exemption: Exemption | null;
}

/** In the order of the guardrails, then of the rules. Guardrails of other kinds are left out. */
export function ruleViolations(
  rules: readonly DesiredRule[],
  guardrails: readonly Guardrail[],
  { group, nowMs }: { readonly group: ScopedGroup; readonly nowMs: number },
): RuleViolation[] {
  return guardrails.flatMap((guardrail) => {
    if (guardrail.what.kind !== 'rule') return [];
    const test = readRuleExpression(guardrail.what.expression);
    if (!test.ok) throw new Error(`the guardrail ${guardrail.id} was not checked: ${test.error.message}`);
    // What is asked of the cloud cannot be answered without it: the daemon and `plan` will.
    if (!knowsAll(test.value.asks, group)) return [];
    const facts = factsOf(group);
    const exemption = exemptionOf(guardrail, facts.id, nowMs);
    return rules.flatMap((rule) => {
      const answer = test.value.of(rule, facts);
      return answer.holds ? [] : [{ guardrail, rule, failure: answer.failure, exemption }];
    });
  });
}

/** To be told: a line of a policy may stand for many rules, of which the first is enough for each guardrail. */
export function oncePerLine(violations: readonly RuleViolation[]): RuleViolation[] {
  const first = new Map<string, RuleViolation>();
  for (const violation of violations) {
    const key = `${violation.guardrail.id} ${formatPlaceOf(violation.rule.source)}`;
    if (!first.has(key)) first.set(key, violation);
  }
  return [...first.values()];
}

const formatPlaceOf = ({ file, line, column }: SourcePlace): string => `${file}:${line}:${column}`;

const knowsAll = (asks: ReadonlySet<string>, { id, name, tags }: ScopedGroup): boolean =>
  !(asks.has('id') && id === null) &&
  !(asks.has('name') && name === null) &&
  !(asks.has('tags') && tags === null);

const factsOf = ({ id, name, tags, account, region }: ScopedGroup): GroupFactsForRules => ({
  account,
  region,
  id: id ?? '',
  name: name ?? '',
  tags: tags ?? {},
});
