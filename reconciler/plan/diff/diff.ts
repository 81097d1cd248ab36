// What differs, by identity: two maps and one pass. Both sides are canonical rules already, so equal
// identities are equal texts and nothing here knows of CIDR spellings or letter case.
import { selectorFields, type DescribedRule, type DesiredRule } from '../../model/group.ts';
import { groupBy } from '../../model/collections.ts';
import { compareText } from '../../model/problem.ts';
import { compareRules, ruleIdentity } from '../../model/rule.ts';
import { textHolds } from '../match/texts.ts';
import type { Ownership } from './ownership.ts';
import type { Difference, Diff, GroupPolicy } from '../plan.ts';

/**
 * Sorts every rule of the managed directions into one class. Of described rules with one identity (the
 * cloud may hold two that differ in host bits only) one is kept and the others are unexpected.
 */
export function diff(policy: GroupPolicy, { managed, ignored, foreign }: Ownership): Diff {
  const desired = desiredByIdentity(policy);
  const missing = new Map(desired);
  for (const { rule } of ignored) missing.delete(ruleIdentity(rule));
  const unexpected: DescribedRule[] = [];
  const different: Difference[] = [];
  let same = 0;
  for (const [identity, duplicates] of duplicatesByIdentity(managed)) {
    const wanted = missing.get(identity);
    const kept = wanted === undefined ? undefined : bestDuplicate(duplicates, wanted);
    unexpected.push(...duplicates.filter((duplicate) => duplicate !== kept));
    if (wanted === undefined || kept === undefined) continue;
    missing.delete(identity);
    if (textHolds(kept.rule, wanted.rule)) same += 1;
    else different.push({ from: kept, to: wanted, fields: ['description'] });
  }
  // An equal rule that someone else made will do; it stays theirs.
  for (const { rule } of foreign) missing.delete(ruleIdentity(rule));
  return {
    missing: [...missing.values()].sort(compareDesired),
    unexpected: unexpected.sort(compareDescribed),
    different: different.sort(compareDifferences),
    same,
    unmanaged: ignored.length + foreign.length,
  };
}

export const compareDesired = (a: DesiredRule, b: DesiredRule): number => compareRules(a.rule, b.rule);

export const compareDescribed = (a: DescribedRule, b: DescribedRule): number =>
  compareRules(a.rule, b.rule) ||
  compareText(a.id ?? '', b.id ?? '') ||
  compareText(selectorFields(a), selectorFields(b));

export const compareDifferences = (a: Difference, b: Difference): number =>
  compareDesired(a.to, b.to) || compareDescribed(a.from, b.from);

function desiredByIdentity(policy: GroupPolicy): Map<string, DesiredRule> {
  const rules = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])];
  const byIdentity = new Map(rules.map((desired) => [ruleIdentity(desired.rule), desired]));
  if (byIdentity.size < rules.length) {
    throw new Error(
      `two desired rules of group ${policy.id} have one identity: the compiler must refuse them`,
    );
  }
  return byIdentity;
}

/** Rules of one identity together. The cloud may hold several: they differ in host bits, which we do not see. */
export const duplicatesByIdentity = (rules: readonly DescribedRule[]): Map<string, DescribedRule[]> =>
  groupBy(rules, ({ rule }) => ruleIdentity(rule));

/** The duplicate that needs no change if there is one, else the first in the fixed order. */
function bestDuplicate(duplicates: readonly DescribedRule[], wanted: DesiredRule): DescribedRule | undefined {
  const inOrder = duplicates.length === 1 ? duplicates : [...duplicates].sort(compareDescribed);
  return inOrder.find((duplicate) => textHolds(duplicate.rule, wanted.rule)) ?? inOrder[0];
}
