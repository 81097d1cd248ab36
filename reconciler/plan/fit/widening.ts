// Where no search finds a hitless order, one rule modified twice may give one, without a free slot: an old rule is widened
// until it covers the new rules that overlap it, stands in while old rules go and new ones come, and becomes one of those.
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import type { Peer } from '../../model/peer.ts';
import { formatPorts, NO_PORTS, type Ports } from '../../model/ports.ts';
import { addressBits, prefixContains } from '../../model/prefix.ts';
import { ruleIdentity, type Rule } from '../../model/rule.ts';
import { twinKey } from '../coexist/twins.ts';
import { differenceOf, canModify } from '../match/pair.ts';
import type { Changes } from '../order/calls.ts';
import { dominates, overlaps, extentOf } from '../overlap.ts';
import type { Difference } from '../plan.ts';

/** A rule that is modified twice. */
export interface Widening {
  /** From an old rule into the wide one, which is no twin of any other. */
  readonly widen: Difference;
  /** From the wide rule into any of these new ones. */
  readonly narrow: readonly Difference[];
}

/** At most one for each old rule. Whether it helps is for the search to find out. */
export function widenings({ added, modified, removed }: Changes, group: DescribedGroup): Widening[] {
  const wanted = [...added, ...modified.map(({ to }) => to)];
  const taken = new Set([...group.rules, ...wanted].map(twinKey));
  return removed.flatMap((from) => {
    const hull = wideRuleOver(
      from.rule,
      wanted.map(({ rule }) => rule),
    );
    if (taken.has(twinKey({ rule: hull }))) return [];
    const found = widening(from, hull, added, group);
    // One try is enough for each wide rule.
    if (found !== null) taken.add(twinKey({ rule: hull }));
    return found ?? [];
  });
}

function widening(
  from: DescribedRule,
  hull: Rule,
  added: readonly DesiredRule[],
  group: DescribedGroup,
): Widening | null {
  const ends = added
    .filter(({ rule }) => rule.description !== null || from.rule.description === null)
    .filter((to) => dominates(extentOf(hull), extentOf(to.rule)));
  // No text is inherited, not even for a moment: the wide rule bears that of a rule which it may become.
  const description = from.rule.description === null ? null : (ends[0]?.rule.description ?? null);
  const wide: DescribedRule = { ...from, rule: { ...hull, description } };
  const narrow = ends.filter((to) => canModify(wide, to, group)).map((to) => differenceOf(wide, to));
  const [first] = narrow;
  if (first === undefined) return null;
  const to: DesiredRule = { ...first.to, rule: wide.rule, name: null };
  return canModify(from, to, group) ? { widen: differenceOf(from, to), narrow } : null;
}

/** The smallest rule that covers an old rule and those new ones that overlap it and differ in peer and ports only. */
function wideRuleOver(from: Rule, wanted: readonly Rule[]): Rule {
  const extent = extentOf(from);
  let hull = from;
  for (const rule of wanted) {
    if (shapeOf(rule) !== shapeOf(from) || !overlaps(extentOf(rule), extent)) continue;
    const [peer, ports] = [peerHull(hull.peer, rule.peer), portsHull(hull.ports, rule.ports)];
    if (peer !== null && ports !== null) hull = { ...hull, peer, ports };
  }
  return hull;
}

const shapeOf = (rule: Rule): string =>
  ruleIdentity({ ...rule, peer: { kind: 'ipv4', address: 0n, length: 0 }, ports: NO_PORTS });

function peerHull(a: Peer, b: Peer): Peer | null {
  if (!('address' in a) || !('address' in b)) return 'id' in a && 'id' in b && a.id === b.id ? a : null;
  if (a.kind !== b.kind) return null;
  let hull = a;
  while (!prefixContains(hull, b)) {
    const bit = 1n << BigInt(addressBits(hull.kind) - hull.length);
    hull = { ...hull, address: hull.address & ~bit, length: hull.length - 1 };
  }
  return hull;
}

function portsHull(a: Ports, b: Ports): Ports | null {
  if (a.kind !== 'range' || b.kind !== 'range') return formatPorts(a) === formatPorts(b) ? a : null;
  return { kind: 'range', first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}
