// Rules are quarantined when the cloud keeps refusing them. Planning then goes on without them, and like all that
// is left alone they are turned into "as the cloud has it" before the diff.
//
// What the rest may do without them follows from the order that makes a plan hitless (docs/algorithms.md, T1): rules
// are added strongest first and removed weakest first. So with a rule that cannot be added, those weaker ones wait too
// that would decide its packets the other way (the accept behind a refused drop would open what no one opens); and with
// one that is not removed, the stronger ones before it stay.
import type { DescribedRule, DesiredRule } from '../../model/group.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { DIRECTIONS, ruleIdentity, type Direction, type Rule } from '../../model/rule.ts';
import type { Diff, GroupPolicy } from '../plan.ts';
import { overlaps, overrules, extentOf, type Extent } from '../overlap.ts';

/** Identities (`ruleIdentity`) of rules that are not to be tried for now. */
export interface Quarantined {
  /** Desired rules that the cloud does not take. */
  readonly desired: ReadonlySet<string>;
  /** Described rules that the cloud does not remove. */
  readonly described: ReadonlySet<string>;
}

/** Why the cloud does not take or remove a rule, in its words. */
export interface RefusedRule {
  readonly rule: Rule;
  readonly reason: string;
  /** When it is tried again, Unix milliseconds. */
  readonly untilMs: number;
}

/** One that the group still differs in. */
export interface RefusedHere extends RefusedRule {
  /** Where it is declared; null: it is not, and the cloud does not remove it. */
  readonly source: SourcePlace | null;
}

export function refusedIn(
  { missing, unexpected, different }: Diff,
  refused: readonly RefusedRule[] = [],
): RefusedHere[] {
  const places = new Map<string, SourcePlace | null>();
  for (const { rule } of [...unexpected, ...different.map(({ from }) => from)]) {
    places.set(ruleIdentity(rule), null);
  }
  for (const { rule, source } of [...missing, ...different.map(({ to }) => to)]) {
    places.set(ruleIdentity(rule), source);
  }
  return refused.flatMap((each) => {
    const source = places.get(ruleIdentity(each.rule));
    return source === undefined ? [] : [{ ...each, source }];
  });
}

const NOTHING_QUARANTINED: Quarantined = { desired: new Set(), described: new Set() };

/**
 * The policy without the quarantined rules and without those that must wait for them. A described rule that shares
 * packets with a desired rule that is not added stays: revoking it could cut traffic that old and new policy both
 * allow.
 */
export function withoutQuarantined(
  policy: GroupPolicy,
  described: readonly DescribedRule[],
  quarantined: Quarantined = NOTHING_QUARANTINED,
): GroupPolicy {
  if (quarantined.desired.size === 0 && quarantined.described.size === 0) return policy;
  const wanted = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []);
  const waiting = waitingRules(wanted, described, quarantined.desired);
  const staying = stayingRules(described, wanted, { waiting, refused: quarantined.described });
  const keep = (direction: Direction) => {
    const ruled = policy.rules[direction];
    if (ruled === null) return null;
    const rules = new Map(
      ruled.filter((rule) => !waiting.has(rule)).map((rule) => [ruleIdentity(rule.rule), rule]),
    );
    for (const { rule } of staying) {
      const identity = ruleIdentity(rule);
      if (rule.direction !== direction || rules.has(identity)) continue;
      rules.set(identity, { rule, name: null, expiresAtMs: null, source: policy.source });
    }
    return [...rules.values()];
  };
  return { ...policy, rules: { ingress: keep('ingress'), egress: keep('egress') } };
}

/** The desired rules that are not added for now. What is there already need not be added. */
function waitingRules(
  wanted: readonly DesiredRule[],
  described: readonly DescribedRule[],
  refused: ReadonlySet<string>,
): Set<DesiredRule> {
  const present = new Set(described.map(({ rule }) => ruleIdentity(rule)));
  const missing = wanted.filter(({ rule }) => !present.has(ruleIdentity(rule)));
  return spread(
    wanted.filter(({ rule }) => refused.has(ruleIdentity(rule))),
    missing,
    overrules,
  );
}

/** The described rules that are not removed for now. */
function stayingRules(
  described: readonly DescribedRule[],
  wanted: readonly DesiredRule[],
  kept: { readonly waiting: ReadonlySet<DesiredRule>; readonly refused: ReadonlySet<string> },
): Set<DescribedRule> {
  const extents = [...kept.waiting].map(({ rule }) => extentOf(rule));
  const desired = new Set(wanted.map(({ rule }) => ruleIdentity(rule)));
  return spread(
    described.filter(
      ({ rule }) =>
        kept.refused.has(ruleIdentity(rule)) || extents.some((extent) => overlaps(extent, extentOf(rule))),
    ),
    described.filter(({ rule }) => !desired.has(ruleIdentity(rule))),
    (held, other) => overrules(other, held),
  );
}

/** The first ones, and all others that follow from them, directly or by way of one another. */
function spread<T extends Pick<DescribedRule, 'rule'>>(
  first: readonly T[],
  others: readonly T[],
  follows: (held: Extent, other: Extent) => boolean,
): Set<T> {
  const found = new Set(first);
  const open = others.map((item) => ({ item, extent: extentOf(item.rule) }));
  for (const { rule } of found) {
    const held = extentOf(rule);
    for (const { item, extent } of open) if (follows(held, extent)) found.add(item);
  }
  return found;
}
