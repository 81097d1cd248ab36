// Guardrails and expectations on what the policies ask for, without the cloud: lists have no entries, groups are taken
// for basic ones, and a direction that a policy does not manage is not known.
import { groupContext, type GroupContext } from '../../exposure/engine/context.ts';
import type { DesiredGroup, DesiredRule } from '../../model/group.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { Prefix } from '../../model/prefix.ts';
import { DIRECTIONS, type Rule } from '../../model/rule.ts';
import { ruleViolations, type RuleViolation } from '../cel/rule-guardrails.ts';
import { isInScope, scopedByPolicy } from '../scope.ts';
import type { ExpectationVerdict } from '../verdict/expectation.ts';
import { isDeny, type GuardrailVerdict } from '../verdict/guardrail.ts';
import type { PlaceOf } from '../verdict/text.ts';
import { judgeRules, type Demands, type JudgeContext, type JudgedGuardrail } from '../verdict/judge.ts';

export interface DesiredContext {
  /** Unix milliseconds: exemptions end. */
  readonly nowMs: number;
  /** Where members of named groups are. */
  readonly privateNetworks: readonly Prefix[];
}

/** `unmanaged`: the policy says nothing of this direction. */
export type DesiredVerdict = ExpectationVerdict | { readonly kind: 'unmanaged' };

export interface JudgedExpectation {
  readonly expectation: Expectation;
  readonly verdict: DesiredVerdict;
}

export interface DesiredJudgement {
  readonly group: DesiredGroup;
  readonly guardrails: ReadonlyArray<JudgedGuardrail<GuardrailVerdict>>;
  readonly violations: readonly RuleViolation[];
  readonly expectations: readonly JudgedExpectation[];
  /** What all of this was judged on. */
  readonly rules: readonly Rule[];
  readonly context: JudgeContext;
}

/** Of each group, in the order given. Rules that have expired are to be left out before. */
export function judgeDesired(
  groups: readonly DesiredGroup[],
  demands: Demands,
  context: DesiredContext,
): DesiredJudgement[] {
  return groups.map((group) => judgeGroup(group, demands, context));
}

function judgeGroup(group: DesiredGroup, demands: Demands, context: DesiredContext): DesiredJudgement {
  const scoped = scopedByPolicy(group);
  const guardrails = demands.guardrails.filter(({ groups }) => isInScope(groups, scoped));
  const expectations = demands.expectations.filter(
    ({ groups }) => scoped.id !== null && groups.includes(scoped.id),
  );
  const isManaged = ({ pattern }: Pick<Expectation, 'pattern'>): boolean =>
    group.rules[pattern.direction] !== null;
  const asked = {
    guardrails: guardrails.filter((guardrail) => isDeny(guardrail) && isManaged(guardrail.what)),
    expectations: expectations.filter(isManaged),
  };
  const desired = desiredRulesOf(group);
  const rules = desired.map(({ rule }) => rule);
  const judgeContext = { ...context, group: basicContext(scoped.id ?? '') };
  const judged = judgeRules(rules, asked, judgeContext);
  const verdicts = new Map(judged.expectations.map(({ demand, verdict }) => [demand, verdict]));
  return {
    group,
    guardrails: judged.guardrails,
    violations: ruleViolations(desired, guardrails, { group: scoped, nowMs: context.nowMs }),
    expectations: expectations.map((expectation) => ({
      expectation,
      verdict: verdicts.get(expectation) ?? { kind: 'unmanaged' },
    })),
    rules,
    context: judgeContext,
  };
}

const basicContext = (id: string): GroupContext =>
  groupContext({ id, type: 'normal', innerAccess: 'accept' });

const desiredRulesOf = ({ rules }: DesiredGroup): DesiredRule[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []);

/** Where the policy declares a rule that a verdict names. */
export const placeInPolicy =
  (group: DesiredGroup): PlaceOf =>
  (rule) =>
    desiredRulesOf(group).find((each) => each.rule === rule)?.source ?? null;
