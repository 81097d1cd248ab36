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

/**
 * In the order of the guardrails, then of the rules: of each line of a policy, which may stand for many rules, the first.
 * Guardrails of other kinds are left out.
 */
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
    const told = new Set<string>();
    return rules.flatMap((rule) => {
      const place = formatPlaceOf(rule.source);
      if (told.has(place)) return [];
      const answer = test.value.of(rule, facts);
      if (answer.holds) return [];
      told.add(place);
      return [{ guardrail, rule, failure: answer.failure, exemption }];
    });
  });
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
