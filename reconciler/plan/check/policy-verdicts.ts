// What a new policy shows by itself, whatever its group is like: where it breaks a guardrail or an expectation that the
// policy in force keeps, it is held, and drift is repaired against the one in force.
import type { RuleViolation } from '../../judge/cel/rule-guardrails.ts';
import { judgeChange, type Demands } from '../../judge/verdict/judge.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../model/rule.ts';
import type { PlanInput } from '../plan-input.ts';
import type { GroupPolicy } from '../plan.ts';
import type { VerdictObjection } from './objection.ts';
import { ruleObjections } from './rule-verdicts.ts';
import { verdictObjections, type PlanVerdicts } from './verdicts.ts';

/** `violations`: of rules of the new policy. None while no policy is in force, or one with the same rules. */
export function policyObjections(
  input: PlanInput,
  context: PlanVerdicts['context'],
  violations: readonly RuleViolation[],
): VerdictObjection[] {
  const { desired, safety } = input;
  const inForce = safety?.inForce ?? null;
  if (safety === undefined || inForce === null) return [];
  const [before, after] = [rulesOf(inForce), rulesOf(desired)];
  const known = new Set(before.map(ruleIdentity));
  if (before.length === after.length && after.every((rule) => known.has(ruleIdentity(rule)))) return [];
  const ends = judgeChange(before, after, managedDemands(desired, safety), context);
  return [
    ...verdictObjections(input, { ends, breaches: [], context, rules: after }),
    ...ruleObjections(violations, (identity) => !known.has(identity)),
  ];
}

/** Of a direction that the policy leaves to others it says nothing by itself. */
function managedDemands({ rules }: GroupPolicy, { guardrails, expectations }: Demands): Demands {
  return {
    guardrails: guardrails.filter(
      ({ what }) => what.kind !== 'deny' || rules[what.pattern.direction] !== null,
    ),
    expectations: expectations.filter(({ pattern }) => rules[pattern.direction] !== null),
  };
}

const rulesOf = ({ rules }: Pick<GroupPolicy, 'rules'>): Rule[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule }) => rule);
