// What differs, by identity: two maps and one pass. Both sides are canonical rules already, so equal
// identities are equal texts and nothing here knows of CIDR spellings or letter case.
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';
import { compareRules, ruleIdentity } from '../../model/rule.ts';
import { splitByOwnership } from './ownership.ts';
import type { Alteration, Diff, GroupPolicy } from '../plan.ts';

/**
 * Sorts every rule of the managed directions into one class. Of described rules with one identity (the
 * cloud may hold two that differ in host bits only) one is kept and the others are surplus.
 */
export function diff(policy: GroupPolicy, described: readonly DescribedRule[]): Diff {
  const { managed, unmanaged } = splitByOwnership(policy, described);
  const desired = desiredByIdentity(policy);
  const missing = new Map(desired);
  for (const { rule } of unmanaged) missing.delete(ruleIdentity(rule));
  const surplus: DescribedRule[] = [];
  const altered: Alteration[] = [];
  let same = 0;
  for (const [identity, twins] of twinsByIdentity(managed)) {
    const wanted = missing.get(identity);
    const kept = wanted === undefined ? undefined : bestTwin(twins, wanted);
    surplus.push(...twins.filter((twin) => twin !== kept));
    if (wanted === undefined || kept === undefined) continue;
    missing.delete(identity);
    if (descriptionHolds(kept, wanted)) same += 1;
    else altered.push({ from: kept, to: wanted, fields: ['description'] });
  }
  return {
    missing: [...missing.values()].sort(compareDesired),
    surplus: surplus.sort(compareDescribed),
    altered: altered.sort(compareAlterations),
    same,
    unmanaged: unmanaged.length,
  };
}

/** The API cannot clear a description, so a policy that names none is content with any. */
export function descriptionHolds(from: DescribedRule, to: DesiredRule): boolean {
  return to.rule.description === null || to.rule.description === from.rule.description;
}

export const compareDesired = (a: DesiredRule, b: DesiredRule): number => compareRules(a.rule, b.rule);

export const compareDescribed = (a: DescribedRule, b: DescribedRule): number =>
  compareRules(a.rule, b.rule) ||
  compareText(a.id ?? '', b.id ?? '') ||
  compareText(selectorText(a), selectorText(b));

export const compareAlterations = (a: Alteration, b: Alteration): number =>
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

export function twinsByIdentity(rules: readonly DescribedRule[]): Map<string, DescribedRule[]> {
  const twins = new Map<string, DescribedRule[]>();
  for (const described of rules) {
    const identity = ruleIdentity(described.rule);
    const others = twins.get(identity);
    if (others === undefined) twins.set(identity, [described]);
    else others.push(described);
  }
  return twins;
}

/** The twin that needs no change if there is one, else the first in the fixed order. */
function bestTwin(twins: readonly DescribedRule[], wanted: DesiredRule): DescribedRule | undefined {
  const inOrder = twins.length === 1 ? twins : [...twins].sort(compareDescribed);
  return inOrder.find((twin) => descriptionHolds(twin, wanted)) ?? inOrder[0];
}

function selectorText(described: DescribedRule): string {
  const entries = Object.entries(described.selector).sort(([a], [b]) => compareText(a, b));
  return entries.map(([name, value]) => `${name}=${value}`).join('&');
}
