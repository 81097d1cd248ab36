// One described rule that might become one desired rule: may ModifySecurityGroupRule do it, how does the
// change bear on traffic, and how alike are the two?
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import type { Peer } from '../../model/peer.ts';
import {
  fieldText,
  identityWithoutPriority,
  RULE_FIELDS,
  type Rule,
  type RuleField,
} from '../../model/rule.ts';
import type { Difference } from '../plan.ts';
import { dominates, extentOf, type Extent } from '../overlap.ts';
import { textAfter, textHolds } from './texts.ts';

export function differenceOf(from: DescribedRule, to: DesiredRule): Difference {
  return { from, to, fields: changedFields(from.rule, to.rule) };
}

/** A null description of the policy asks for none: the cloud's text stays, if it may. */
export function changedFields(from: Rule, to: Rule): RuleField[] {
  return RULE_FIELDS.filter((field) =>
    field === 'description' ? !textHolds(from, to) : fieldText(from, field) !== fieldText(to, field),
  );
}

/** The rule that the cloud holds after the Modify, with what the policy leaves open kept as it was. */
export function ruleAfter({ from, to }: Pick<Difference, 'from' | 'to'>): Rule {
  const peer = to.rule.peer.kind === 'group' && samePeer(from.rule, to.rule) ? from.rule.peer : to.rule.peer;
  return { ...to.rule, peer, description: textAfter(from.rule, to.rule) };
}

/**
 * Whether the vendor lets one Modify turn `from` into `to` (reference: what Modify can and can't do): the
 * kind of peer and its family, the kind of ports and the NIC are fixed, and no field can be emptied.
 * What else is fixed, and what names the rule, is for the dialect to say.
 */
export function canModify(from: DescribedRule, to: DesiredRule, group: DescribedGroup): boolean {
  if (!keepsFixedFields(from.rule, to.rule)) return false;
  const { namesRulesBy, modifiable } = dialectOf(group);
  if (namesRulesBy === 'id' ? from.id === null : !isUnique(from, group)) return false;
  return (
    modifiable === 'all' || changedFields(from.rule, to.rule).every((field) => modifiable.includes(field))
  );
}

function keepsFixedFields(from: Rule, to: Rule): boolean {
  return (
    from.direction === to.direction &&
    from.unknown === undefined &&
    from.nicType === to.nicType &&
    (from.ports.kind === 'list') === (to.ports.kind === 'list') &&
    (from.sourcePorts === null || to.sourcePorts !== null) &&
    (from.own === null || from.own.kind === to.own?.kind) &&
    mayBecome(from.peer, to.peer)
  );
}

/**
 * A prefix list never becomes another one: whether their families agree is not known here. A group of
 * another account never becomes one of our own: that would empty the owner.
 */
function mayBecome(from: Peer, to: Peer): boolean {
  if (from.kind !== to.kind) return false;
  if (from.kind === 'prefixList' && to.kind === 'prefixList') return from.id === to.id;
  if (from.kind === 'group' && to.kind === 'group') {
    return from.id === to.id || from.ownerId === null || to.ownerId !== null;
  }
  return true;
}

const samePeer = (a: Rule, b: Rule): boolean => fieldText(a, 'peer') === fieldText(b, 'peer');

function isUnique(from: DescribedRule, group: DescribedGroup): boolean {
  const identity = identityWithoutPriority(from.rule);
  return group.rules.every((other) => other === from || identityWithoutPriority(other.rule) !== identity);
}

/**
 * How a Modify bears on traffic. `relabelling`: not at all. `dominating`: the new rule makes the old one
 * pointless, so the call is the same as adding the new one. `dominated`: the reverse, the same as removing
 * the old one. `crossing`: some packets of each, so both at once.
 */
export type PairKind = 'relabelling' | 'dominating' | 'dominated' | 'crossing';

export function pairKind(from: Extent, to: Extent): PairKind {
  const wins = dominates(to, from);
  const loses = dominates(from, to);
  if (wins && loses) return 'relabelling';
  return wins ? 'dominating' : loses ? 'dominated' : 'crossing';
}

export function byKind(pairs: readonly Difference[]): Record<PairKind, Difference[]> {
  const sorted: Record<PairKind, Difference[]> = {
    relabelling: [],
    dominating: [],
    dominated: [],
    crossing: [],
  };
  for (const pair of pairs) sorted[pairKind(extentOf(pair.from.rule), extentOf(pair.to.rule))].push(pair);
  return sorted;
}

const WEIGHTS: Readonly<Record<Exclude<RuleField, 'description'>, number>> = {
  peer: 8,
  ports: 6,
  protocol: 4,
  action: 3,
  own: 2,
  sourcePorts: 2,
  priority: 1,
  nicType: 0,
};
const SAME_DESCRIPTION = 16;

/** The texts that `likeness` compares, made once a rule: it runs for every pair of leftovers. */
export type FieldTexts = Readonly<Record<RuleField, string | null>>;

export function fieldTexts(rule: Rule): FieldTexts {
  return {
    protocol: rule.protocol,
    ports: fieldText(rule, 'ports'),
    sourcePorts: fieldText(rule, 'sourcePorts'),
    peer: fieldText(rule, 'peer'),
    own: fieldText(rule, 'own'),
    action: rule.action,
    priority: fieldText(rule, 'priority'),
    nicType: rule.nicType,
    description: rule.description,
  };
}

/** How much two rules have in common; more is better. An equal description is the best sign of kinship. */
export function likeness(from: FieldTexts, to: FieldTexts): number {
  let sum = from.description !== null && from.description === to.description ? SAME_DESCRIPTION : 0;
  if (from.peer === to.peer) sum += WEIGHTS.peer;
  if (from.ports === to.ports) sum += WEIGHTS.ports;
  if (from.protocol === to.protocol) sum += WEIGHTS.protocol;
  if (from.action === to.action) sum += WEIGHTS.action;
  if (from.own === to.own) sum += WEIGHTS.own;
  if (from.sourcePorts === to.sourcePorts) sum += WEIGHTS.sourcePorts;
  if (from.priority === to.priority) sum += WEIGHTS.priority;
  return sum;
}
