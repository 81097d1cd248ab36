// Policies, groups and options for planner tests; what a test does not say is plain.
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../reconciler/model/group.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPlan, GroupPolicy, PlanOptions, PlanSettings } from '../../reconciler/plan/plan.ts';
import { DEFAULT_BRAKE, DEFAULT_INVOCATION, type SafetyInput } from '../../reconciler/plan/safety.ts';
import { SELF } from './rule-sets.ts';

export const OPTIONS: PlanSettings = {
  modify: 'prefer',
  maxModifyPerPlan: 20,
  fallback: 'neverOpen',
  batchesAtomic: false,
  ruleQuota: 1000,
};

const PLACE = { account: 'default', region: 'cn-hangzhou', id: SELF };

export function desired(rule: Rule, line = 1): DesiredRule {
  return { rule, name: null, expiresAtMs: null, source: { file: 'web.yaml', line, column: 1 } };
}

/** Wants these rules in both directions, unless told which are managed. */
export function policyOf(rules: readonly Rule[], fields: Partial<GroupPolicy> = {}): GroupPolicy {
  return {
    ...PLACE,
    mode: 'enforce',
    alone: false,
    ignore: [],
    rules: {
      ingress: rules
        .filter(({ direction }) => direction === 'ingress')
        .map((rule, at) => desired(rule, at + 1)),
      egress: rules
        .filter(({ direction }) => direction === 'egress')
        .map((rule, at) => desired(rule, at + 1)),
    },
    source: { file: 'web.yaml', line: 1, column: 1 },
    ...fields,
  };
}

/** Rules with ids `sgr-0`, `sgr-1`, … in the given order. */
export function described(rules: readonly Rule[]): DescribedRule[] {
  return rules.map((rule, at) => ({ rule, id: `sgr-${at}`, selector: {} }));
}

export function groupOf(
  rules: readonly DescribedRule[],
  fields: Partial<DescribedGroup> = {},
): DescribedGroup {
  return {
    ...PLACE,
    name: 'web',
    vpcId: 'vpc-1',
    type: 'normal',
    innerAccess: 'drop',
    serviceManaged: false,
    apiLevel: 'current',
    rules,
    ...fields,
  };
}

/** A plan by these options, of which some are learned. What a test does not say is not known, and nothing holds the plan. */
export function planFor(
  desired: GroupPolicy,
  described: DescribedGroup,
  options: PlanOptions = OPTIONS,
  more: Partial<PlanInput> = {},
): GroupPlan {
  const { legacyPriority = 'modify', listSizes = {}, ...settings } = options;
  const learned = { legacyPriority, listSizes, ...more.learned };
  return planGroup({ desired, described, settings, nowMs: 0, ...more, learned });
}

/** Limits as they are without a config, of a group whose last converged state is not known. */
export const SAFETY: SafetyInput = {
  brake: DEFAULT_BRAKE,
  lastConverged: null,
  announced: new Set(),
  lostLastHour: 0,
  isNew: false,
  approvals: [],
  guardrails: [],
  expectations: [],
  invocation: DEFAULT_INVOCATION,
};
