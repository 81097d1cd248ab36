// Single changes, and how they gather into steps.
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import { compareRules, DIRECTIONS, type Rule } from '../../model/rule.ts';
import { Meter } from '../../exposure/engine/meter.ts';
import { ruleAfter } from '../match/pair.ts';
import type { Difference, Diff, PlanOptions, Step } from '../plan.ts';
import { extentOf, type Extent } from '../overlap.ts';

/** What is to be done, before it has an order. */
export interface Changes {
  readonly added: readonly DesiredRule[];
  readonly modified: readonly Difference[];
  readonly removed: readonly DescribedRule[];
}

export const changesOf = (diff: Diff): Changes => ({
  added: diff.missing,
  modified: diff.different,
  removed: diff.unexpected,
});

/** How calls may be filled. */
export interface CallLimits {
  /** Most rules in one Authorize or Revoke. */
  readonly batchSize: number;
  /** Whether a batch is promised to take effect as a whole. */
  readonly batchesAtomic: boolean;
  /** What may still be spent on asking which rules need not wait (see `EarlyRelease`), in all orders that are tried. */
  readonly earlyReleaseWork: Meter;
}

/** Some quarter of a second: real groups take a hundredth of it (see `Meter`). */
const MAX_EARLY_RELEASE_WORK = 2_000_000;

export function callLimits(
  group: DescribedGroup,
  { batchesAtomic }: Pick<PlanOptions, 'batchesAtomic'>,
): CallLimits {
  const { batchSize } = dialectOf(group);
  return { batchSize, batchesAtomic, earlyReleaseWork: new Meter(MAX_EARLY_RELEASE_WORK) };
}

/** One change at its place in the order, which `rule` decides. */
export type Change = { readonly rule: Rule; readonly extent: Extent } & (
  | { readonly kind: 'authorize'; readonly desired: DesiredRule }
  | { readonly kind: 'modify'; readonly pair: Difference }
  | { readonly kind: 'revoke'; readonly target: DescribedRule }
);

export function authorization(desired: DesiredRule): Change {
  return { kind: 'authorize', rule: desired.rule, extent: extentOf(desired.rule), desired };
}

export function revocation(target: DescribedRule): Change {
  return { kind: 'revoke', rule: target.rule, extent: extentOf(target.rule), target };
}

/** A Modify that stands where its new rule would be added, or where its old one would be removed. */
export function modification(pair: Difference, at: 'to' | 'from'): Change {
  const { rule } = pair[at];
  return { kind: 'modify', rule, extent: extentOf(rule), pair };
}

/** Highest precedence first. */
export const compareChanges = (a: Change, b: Change): number => compareRules(a.rule, b.rule);

/** The same steps read backwards, with the items of each. */
export function backwards(steps: readonly Step[]): Step[] {
  return DIRECTIONS.flatMap((direction) =>
    steps.filter((step) => step.direction === direction).toReversed(),
  ).map((step) => (step.kind === 'revoke' ? { ...step, targets: step.targets.toReversed() } : step));
}

/** The first step with a checkpoint: see `Step`. */
export function checkpointFirst(steps: readonly Step[]): Step[] {
  return steps.map((step, index) => (index === 0 ? { ...step, checkpoint: true } : step));
}

/** One call of changes that are of one kind and direction; at least one. */
export function toStep(call: readonly Change[]): Step {
  const [first] = call;
  if (first === undefined) throw new Error('a call of nothing');
  const base = { direction: first.rule.direction, checkpoint: false };
  if (first.kind === 'modify') {
    const { from, to } = first.pair;
    return { kind: 'modify', ...base, target: from, to: { ...to, rule: ruleAfter(first.pair) } };
  }
  const rules = call.flatMap((change) => (change.kind === 'authorize' ? [change.desired] : []));
  const targets = call.flatMap((change) => (change.kind === 'revoke' ? [change.target] : []));
  return rules.length > 0 ? { kind: 'authorize', ...base, rules } : { kind: 'revoke', ...base, targets };
}
