// The accept rules that lose traffic by a change, whatever in the change is the cause: what the brake counts.
import { compareRuleSets, type Compared } from '../../exposure/ask/comparison.ts';
import { itemAt } from '../../exposure/engine/at.ts';
import { NOTHING } from '../../exposure/engine/diagram.ts';
import { explore } from '../../exposure/engine/explore.ts';
import { servicesBeforePeers } from '../../exposure/engine/field-order.ts';
import { DEFAULT_MAX_WORK, Meter } from '../../exposure/engine/meter.ts';
import type { Peer } from '../../model/peer.ts';
import type { Prefix } from '../../model/prefix.ts';
import { compareRules, ruleIdentity, type Rule } from '../../model/rule.ts';
import { addressCount, addressSpans } from '../count/measure.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../count/senders.ts';
import { mostAddressesFound } from './lost-addresses.ts';
import { canLose, lostPackets, type JudgedClause, type View } from './lost-packets.ts';
import { hasIpv6Rule, hasKnownAddresses, type RuleChange } from './rule-change.ts';

/** What names a losing rule in an approval. */
export const losingKey = ruleIdentity;

/**
 * The accept rules of before that decide some packet which is dropped afterwards, one of each identity, in the order
 * of `compareRules`.
 *
 * A rule for addresses is judged on packets that come from no group. A rule for a group or an unread list is judged
 * as if there were no other groups, and loses only if at some service it loses more than half of the private
 * addresses; IPv6 only if the group has an IPv6 rule. Else a ban of one address would make every such rule lose.
 *
 * Of two rules that are equally strong each decides what both match. A rule that the budget does not allow to judge
 * counts: half of the budget is shared out evenly, the other half is for those that need more.
 */
export function losingRules(change: RuleChange, maxWork: number = DEFAULT_MAX_WORK): Rule[] {
  const suspects = [...byKnownAddresses(change), ...byMembership(change)].filter(({ clauses }) =>
    clauses.some(canLose),
  );
  const fairShare = maxWork / 2 / suspects.length;
  const rest = new Meter(maxWork / 2);
  return suspects
    .filter(
      (suspect) => losesSomewhere(suspect, new Meter(fairShare)) ?? losesSomewhere(suspect, rest) ?? true,
    )
    .map(({ rule }) => rule)
    .sort(compareRules);
}

interface Suspect {
  readonly rule: Rule;
  readonly clauses: readonly JudgedClause[];
  /** Whether the clause loses; null if the meter ran out. */
  readonly judge: (clause: JudgedClause, meter: Meter) => boolean | null;
}

function losesSomewhere({ clauses, judge }: Suspect, meter: Meter): boolean | null {
  for (const clause of clauses) {
    if (!canLose(clause)) continue;
    const verdict = meter.isSpent ? null : judge(clause, meter);
    if (verdict !== false) return verdict;
  }
  return false;
}

function byKnownAddresses(change: RuleChange): Suspect[] {
  const { before, after, context } = change;
  const rules = acceptRules(before, (peer) => hasKnownAddresses(peer, context));
  const compared = compareRuleSets(before, after, context);
  const view = withoutOtherGroups(compared, null);
  return rules.map(([index, rule]) => ({
    rule,
    clauses: judgedClauses(compared, index, view),
    judge: losesAnything,
  }));
}

function losesAnything(clause: JudgedClause, meter: Meter): boolean | null {
  const question = lostPackets(clause, true, meter);
  const found = question === null ? null : explore(question, meter);
  return found === null ? null : found.root !== NOTHING;
}

function byMembership(change: RuleChange): Suspect[] {
  const { before, after, context } = change;
  const rules = acceptRules(before, (peer) => !hasKnownAddresses(peer, context));
  if (rules.length === 0) return [];
  const compared = compareRuleSets(before, after, context, servicesBeforePeers);
  const hasIpv6 = hasIpv6Rule(before, context);
  const privateNetworks = change.privateNetworks ?? DEFAULT_PRIVATE_NETWORKS;
  const judge = (clause: JudgedClause, meter: Meter): boolean | null =>
    losesMostAddresses(clause, privateNetworks, meter);
  const views = new Map<string | null, View>();
  return rules.map(([index, rule]) => {
    const group = rule.peer.kind === 'group' ? rule.peer.id : null;
    const view = views.get(group) ?? withoutOtherGroups(compared, group);
    views.set(group, view);
    const clauses = judgedClauses(compared, index, view).filter(
      ({ comparison }) => hasIpv6 || comparison.universe.family === 'ipv4',
    );
    return { rule, clauses, judge };
  });
}

function losesMostAddresses(
  clause: JudgedClause,
  privateNetworks: readonly Prefix[],
  meter: Meter,
): boolean | null {
  const question = lostPackets(clause, false, meter);
  const found = question === null ? null : explore(question, meter);
  if (found === null) return null;
  const { universe } = clause.comparison;
  const addresses = addressSpans(privateNetworks, universe.family);
  return 2n * mostAddressesFound(found, universe, addresses) > addressCount(addresses);
}

/** The accept rules whose peer is meant, one of each identity, with their places. */
function acceptRules(rules: readonly Rule[], isMeant: (peer: Peer) => boolean): Array<[number, Rule]> {
  const first = new Map<string, [number, Rule]>();
  for (const [index, rule] of rules.entries()) {
    const identity = ruleIdentity(rule);
    if (rule.action === 'accept' && isMeant(rule.peer) && !first.has(identity)) {
      first.set(identity, [index, rule]);
    }
  }
  return [...first.values()];
}

/** Rules for groups are left out, but those for the one that is named. */
function withoutOtherGroups({ space, ofRules, comparisons }: Compared, group: string | null): View {
  const masks = ofRules.map((mask, index) => {
    const { peer } = itemAt(space.rules, index);
    return peer.kind === 'group' && peer.id !== group ? 0 : mask;
  });
  const ofClauses = comparisons.map(
    (comparison) => [comparison, comparison.universe.table.masksOf(masks)] as const,
  );
  return { ofRules: masks, ofClauses: new Map(ofClauses) };
}

/** Those in universes in which nothing changed lose nothing. */
function judgedClauses({ space, comparisons }: Compared, rule: number, view: View): JudgedClause[] {
  return itemAt(space.clausesOf, rule).flatMap(({ universe, clause }) => {
    const comparison = comparisons.find((each) => each.universe === universe);
    return comparison === undefined ? [] : [{ comparison, clause, view }];
  });
}
