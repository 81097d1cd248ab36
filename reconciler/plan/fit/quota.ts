// Room in a group: the vendor counts rules, and rules that name a group apart from that.
import type { DescribedGroup, DescribedRule } from '../../model/group.ts';
import type { Rule } from '../../model/rule.ts';
import type { CallLimits } from '../order/calls.ts';
import { rulesAddedBy, rulesRemovedBy, type PlanOptions, type Step } from '../plan.ts';

/** What rules take up of the vendor's limits. */
export interface Load {
  readonly rules: number;
  /** Rules whose peer is a security group. */
  readonly groupRules: number;
}

/** A group with what it may hold. */
export interface Room {
  readonly group: DescribedGroup;
  readonly quota: Load;
  /** Whether no other group adds rules on the interfaces of this one. */
  readonly alone: boolean;
  readonly options: PlanOptions;
  readonly limits: CallLimits;
}

/** The vendor's limit of rules that name a group, for one basic group (limits page of 2026). */
const DEFAULT_GROUP_RULE_QUOTA = 20;

export function loadOf(items: ReadonlyArray<{ readonly rule: Rule }>, options: PlanOptions): Load {
  const sizes = options.listSizes ?? {};
  return {
    rules: items.reduce((sum, { rule }) => sum + weightOf(rule, sizes), 0),
    groupRules: items.filter(({ rule }) => rule.peer.kind === 'group').length,
  };
}

export const plus = (a: Load, b: Load): Load => ({
  rules: a.rules + b.rules,
  groupRules: a.groupRules + b.groupRules,
});

export const minus = (a: Load, b: Load): Load => ({
  rules: a.rules - b.rules,
  groupRules: a.groupRules - b.groupRules,
});

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
  const held = loadOf(described, options);
  return {
    rules: Math.max(options.ruleQuota, held.rules),
    groupRules: Math.max(options.groupReferenceQuota ?? DEFAULT_GROUP_RULE_QUOTA, held.groupRules),
  };
}

export const fits = (load: Load, quota: Load): boolean =>
  load.rules <= quota.rules && load.groupRules <= quota.groupRules;

interface Limit {
  readonly quota: Load;
  readonly options: PlanOptions;
}

/** Whether there is room at every moment while the steps are carried out. */
export function stepsFit(held: readonly DescribedRule[], steps: readonly Step[], limit: Limit): boolean {
  return loadsOnTheWay(held, steps, limit).every((load) => fits(load, limit.quota));
}

/** How much more room the steps take than there is, at the moments when they take the most. */
export function shortfall(held: readonly DescribedRule[], steps: readonly Step[], limit: Limit): Load {
  const loads = loadsOnTheWay(held, steps, limit);
  const most = (counted: keyof Load): number =>
    Math.max(0, ...loads.map((load) => load[counted] - limit.quota[counted]));
  return { rules: most('rules'), groupRules: most('groupRules') };
}

/** What there is too little of. */
export const shortages = (missing: Load): Array<keyof Load> =>
  (['rules', 'groupRules'] as const).filter((counted) => missing[counted] > 0);

function loadsOnTheWay(held: readonly DescribedRule[], steps: readonly Step[], { options }: Limit): Load[] {
  let load = loadOf(held, options);
  return steps.map((step) => (load = plus(load, growth(step, options))));
}

const growth = (step: Step, options: PlanOptions): Load =>
  minus(loadOf(rulesAddedBy(step), options), loadOf(rulesRemovedBy(step), options));
