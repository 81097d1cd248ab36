// The verdict of one guardrail on some rules, as the product judges them together.
import {
  judgeRules,
  type JudgeContext,
  type JudgedGuardrail,
} from '../../../reconciler/judge/verdict/judge.ts';
import type { Deny, GuardrailVerdict } from '../../../reconciler/judge/verdict/guardrail.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';

export function judgeGuardrail(
  guardrail: Deny,
  rules: readonly Rule[],
  context: JudgeContext,
): JudgedGuardrail<GuardrailVerdict> {
  const [found] = judgeRules(rules, { guardrails: [guardrail], expectations: [] }, context).guardrails;
  if (found === undefined) throw new Error('a guardrail without a verdict');
  return found;
}
