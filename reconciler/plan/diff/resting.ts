// Rules that something else keeps undoing rest for a while: planning goes on without them, so that everything else of the
// group is repaired at the usual pace. Only a rule may rest whose repair closes nothing; what opens traffic beyond the
// policy is removed at every read, however often it comes back.
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../model/rule.ts';
import { extentOf, overlaps } from '../overlap.ts';
import type { Diff, Difference, GroupPolicy } from '../plan.ts';

/** What keeps being undone, by `ruleIdentity`, and until when it may rest, Unix milliseconds. */
export interface Resting {
  readonly identities: ReadonlySet<string>;
  readonly untilMs: number;
}

export interface RestingRules {
  /** The policy as far as it is carried out now. */
  readonly policy: GroupPolicy;
  /** In the order of the diff. */
  readonly rules: readonly Rule[];
}

/** `full`: all that the group differs in from the policy. */
export function withoutResting(policy: GroupPolicy, full: Diff, resting: Resting | null): RestingRules {
  if (resting === null || resting.identities.size === 0) return { policy, rules: [] };
  const isNamed = ({ rule }: { readonly rule: Rule }): boolean => resting.identities.has(ruleIdentity(rule));
  const missing = full.missing.filter((item) => isNamed(item) && item.rule.action === 'accept');
  const staying = full.unexpected.filter((item) => isNamed(item) && item.rule.action === 'drop');
  const renamed = full.different.filter(({ to, fields }) => isNamed(to) && fields.join() === 'description');
  const others = otherExtents(full, { missing, staying, renamed });
  // A rule that shares packets with one that is repaired now is repaired with it: else that repair might cut them.
  const isAlone = ({ rule }: { readonly rule: Rule }): boolean =>
    !others.some((extent) => overlaps(extent, extentOf(rule)));
  const left: RestingChanges = {
    missing: missing.filter(isAlone),
    staying: staying.filter(isAlone),
    renamed: renamed.filter(({ to }) => isAlone(to)),
  };
  const rules = [...left.missing, ...left.staying, ...left.renamed.map(({ to }) => to)].map(
    ({ rule }) => rule,
  );
  return rules.length === 0 ? { policy, rules } : { policy: asItIs(policy, left), rules };
}

interface RestingChanges {
  readonly missing: readonly DesiredRule[];
  readonly staying: readonly DescribedRule[];
  readonly renamed: readonly Difference[];
}

function otherExtents(full: Diff, { missing, staying, renamed }: RestingChanges) {
  const resting = new Set<unknown>([...missing, ...staying, ...renamed]);
  const changed = [
    ...full.missing.filter((item) => !resting.has(item)),
    ...full.unexpected.filter((item) => !resting.has(item)),
    ...full.different.filter((pair) => !resting.has(pair)).flatMap(({ from, to }) => [from, to]),
  ];
  return changed.map(({ rule }) => extentOf(rule));
}

/** What rests is wanted as it is. */
function asItIs(policy: GroupPolicy, { missing, staying, renamed }: RestingChanges): GroupPolicy {
  const absent = new Set<unknown>(missing);
  const untold = new Set<unknown>(renamed.map(({ to }) => to));
  const kept = { ...policy.rules };
  for (const direction of DIRECTIONS) {
    const rules = policy.rules[direction];
    if (rules === null) continue;
    kept[direction] = [
      ...rules
        .filter((item) => !absent.has(item))
        .map((item) => (untold.has(item) ? { ...item, rule: { ...item.rule, description: null } } : item)),
      ...staying
        .filter(({ rule }) => rule.direction === direction)
        .map(({ rule }) => ({ rule, name: null, expiresAtMs: null, source: policy.source })),
    ];
  }
  return { ...policy, rules: kept };
}
