// What the journal and the settings say of a group, in the words of the planner.
import { DIRECTIONS, ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';
import type { Approval, SafetyInput } from '../../../reconciler/plan/safety.ts';
import type { GroupFacts } from '../../journal/facts.ts';
import type { Engine } from '../engine.ts';
import { lostLastHour } from './losses.ts';

export interface KnownOfGroup {
  readonly desired: GroupPolicy;
  readonly described: DescribedGroup;
  readonly facts: GroupFacts;
  readonly approvals: readonly Approval[];
  readonly nowMs: number;
}

export function safetyInput(
  { live, invocation, demands }: Pick<Engine, 'live' | 'invocation' | 'demands'>,
  { desired, described, facts, approvals, nowMs }: KnownOfGroup,
): SafetyInput {
  return {
    brake: live().brake,
    lastConverged: facts.lastConverged === null ? null : new Set(facts.lastConverged),
    announced: new Set(announcedEnds(facts, nowMs)),
    inForce: facts.inForce,
    lostLastHour: lostLastHour(facts.losses, described, nowMs),
    isNew: desired.bySelector === true && !facts.takenOver,
    approvals,
    ...demands.of(described),
    invocation,
  };
}

/** The ends that have come of rules that were put in force with a date: `ruleIdentity` of each. */
export function announcedEnds({ ended, inForce }: GroupFacts, nowMs: number): readonly string[] {
  const rules = DIRECTIONS.flatMap((direction) => inForce?.rules[direction] ?? []);
  const due = rules.filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs);
  return [...new Set([...ended, ...due.map(({ rule }) => ruleIdentity(rule))])].sort();
}
