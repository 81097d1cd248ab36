// Room in a group: the vendor counts rules, and rules that name a group apart from that.
import type { DescribedRule } from '../model/group.ts';
import type { Rule } from '../model/rule.ts';
import type { PlanOptions, Step } from './plan.ts';

/** What rules take up of the vendor's limits. */
export interface Load {
  readonly rules: number;
  /** Rules whose peer is a security group. */
  readonly groupRules: number;
}

/** The vendor's limit of rules that name a group, for one basic group (limits page of 2026). */
const DEFAULT_GROUP_RULE_QUOTA = 20;

export function loadOf(rules: readonly Rule[], options: PlanOptions): Load {
  const weights = options.listSizes ?? {};
  return {
    rules: rules.reduce((sum, rule) => sum + weightOf(rule, weights), 0),
    groupRules: rules.filter(({ peer }) => peer.kind === 'group').length,
  };
}

/** A rule counts as many times as the lists that it names may hold entries; a list of unknown size as once. */
function weightOf({ peer, ports }: Rule, sizes: Readonly<Record<string, number>>): number {
  const peers = peer.kind === 'prefixList' ? (sizes[peer.id] ?? 1) : 1;
  return ports.kind === 'list' ? peers * (sizes[ports.id] ?? 1) : peers;
}

/**
 * What the group may hold. A group that holds more than the configured quota shows that the quota is
 * higher there, so it may keep as much; to grow further is not tried.
 */
export function quotaOf(described: readonly DescribedRule[], options: PlanOptions): Load {
  const held = loadOf(rulesOf(described), options);
  return {
    rules: Math.max(options.ruleQuota, held.rules),
    groupRules: Math.max(options.groupRuleQuota ?? DEFAULT_GROUP_RULE_QUOTA, held.groupRules),
  };
}

export const fits = (load: Load, quota: Load): boolean =>
  load.rules <= quota.rules && load.groupRules <= quota.groupRules;

/** Whether there is room at every moment while the steps are carried out. */
export function stepsFit(
  described: readonly DescribedRule[],
  steps: readonly Step[],
  options: PlanOptions,
): boolean {
  const quota = quotaOf(described, options);
  let load = loadOf(rulesOf(described), options);
  return steps.every((step) => {
    const [coming, going] = exchange(step);
    const more = loadOf(coming, options);
    const less = loadOf(going, options);
    load = {
      rules: load.rules + more.rules - less.rules,
      groupRules: load.groupRules + more.groupRules - less.groupRules,
    };
    return fits(load, quota);
  });
}

/** The rules that a step brings, and those that it takes. */
function exchange(step: Step): readonly [Rule[], Rule[]] {
  switch (step.kind) {
    case 'authorize':
      return [step.rules.map(({ rule }) => rule), []];
    case 'modify':
      return [[step.to.rule], [step.target.rule]];
    case 'revoke':
      return [[], rulesOf(step.targets)];
  }
}

const rulesOf = (described: readonly DescribedRule[]): Rule[] => described.map(({ rule }) => rule);
