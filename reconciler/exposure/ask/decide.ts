import { compareRules, ruleRank, type Rule, type RuleAction } from '../../model/rule.ts';
import { defaultAction, membersAreOpen, type GroupContext } from '../engine/context.ts';
import { matches } from './matches.ts';
import type { Packet } from '../engine/packet.ts';

/** `innerAccess`: the packet is between members of a group that lets its members reach each other. */
export type Decision =
  | { readonly by: 'rule'; readonly action: RuleAction; readonly rule: Rule }
  | { readonly by: 'innerAccess'; readonly action: 'accept' }
  | { readonly by: 'default'; readonly action: RuleAction };

/** What happens to a packet, and why. Of several rules that are equally strong, the first in order is named. */
export function decide(rules: readonly Rule[], packet: Packet, context: GroupContext): Decision {
  if (isBetweenOpenMembers(packet, context)) return { by: 'innerAccess', action: 'accept' };
  let winner: Rule | null = null;
  for (const rule of rules) {
    if (winner !== null && isStronger(winner, rule)) continue;
    if (matches(rule, packet, context)) winner = rule;
  }
  return winner === null
    ? { by: 'default', action: defaultAction(context, packet.direction) }
    : { by: 'rule', action: winner.action, rule: winner };
}

function isStronger(rule: Rule, other: Rule): boolean {
  return (
    ruleRank(rule) < ruleRank(other) || (ruleRank(rule) === ruleRank(other) && compareRules(rule, other) <= 0)
  );
}

function isBetweenOpenMembers(packet: Packet, context: GroupContext): boolean {
  return membersAreOpen(context) && packet.nicType === 'intranet' && packet.memberOf.includes(context.id);
}
