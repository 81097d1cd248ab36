// Rules that are set aside because the cloud keeps refusing them. Planning then goes on without them, and
// like all that is left alone they are turned into "as the cloud has it" before the diff.
import type { DescribedRule, DesiredRule } from '../model/group.ts';
import { DIRECTIONS, ruleIdentity, type Direction } from '../model/rule.ts';
import type { GroupPolicy } from './plan.ts';
import { overlaps, regionOf } from './region.ts';

/** Identities (`ruleIdentity`) of rules that are not to be tried for now. */
export interface Withheld {
  /** Desired rules that the cloud does not take. */
  readonly desired: ReadonlySet<string>;
  /** Described rules that the cloud does not let go. */
  readonly described: ReadonlySet<string>;
}

const regionOfDesired = ({ rule }: DesiredRule) => regionOf(rule);

/**
 * The policy without the withheld rules. A described rule that shares packets with a desired rule that
 * cannot come stays: revoking it could cut traffic that old and new policy both allow.
 */
export function withhold(
  policy: GroupPolicy,
  described: readonly DescribedRule[],
  withheld: Withheld,
): GroupPolicy {
  if (withheld.desired.size === 0 && withheld.described.size === 0) return policy;
  const desired = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []);
  const isRefused = ({ rule }: DesiredRule) => withheld.desired.has(ruleIdentity(rule));
  const standing = new Set(described.map(({ rule }) => ruleIdentity(rule)));
  const drops = desired.filter((item) => isRefused(item) && item.rule.action === 'drop').map(regionOfDesired);
  // An accept that a refused drop was to limit must not come without it: it would open what the policy drops.
  const isUnlimited = (item: DesiredRule) =>
    item.rule.action === 'accept' &&
    !standing.has(ruleIdentity(item.rule)) &&
    drops.some((drop) => overlaps(drop, regionOfDesired(item)));
  const isWithheld = (item: DesiredRule) => isRefused(item) || isUnlimited(item);
  const barred = desired.filter(isWithheld).map(regionOfDesired);
  const staying = described.filter(
    ({ rule }) =>
      withheld.described.has(ruleIdentity(rule)) || barred.some((region) => overlaps(region, regionOf(rule))),
  );
  const keep = (direction: Direction) => {
    const wanted = policy.rules[direction];
    if (wanted === null) return null;
    const rules = new Map(
      wanted.filter((rule) => !isWithheld(rule)).map((rule) => [ruleIdentity(rule.rule), rule]),
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
