// What one revision of the policies changes against another one, by the policies alone: no cloud is asked, so nothing is
// said of calls, and what the groups hold beside their policies is not known.
import { revisionLoss } from '../../judge/revision-loss.ts';
import { saysAsMuch, weakenings } from '../../judge/weakenings.ts';
import type { DesiredState } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';
import { desiredGroupKey } from '../../policy/compile/group-key.ts';
import { compareGroup, releasedGroup, type CompareOptions } from './compare-group.ts';
import type { PolicyComparison } from './comparison.ts';

/**
 * Compares revisions. The guardrails are those of the later one, whose names its policies resolve. Only groups that
 * differ cost anything.
 */
export function comparePolicies(
  before: DesiredState,
  after: DesiredState,
  options: CompareOptions,
): PolicyComparison {
  const earlier = new Map(before.groups.map((group) => [desiredGroupKey(group), group]));
  const later = new Set(after.groups.map(desiredGroupKey));
  const news = after.expectations.filter(
    (expectation) => !before.expectations.some((other) => saysAsMuch(other, expectation)),
  );
  const demands = { guardrails: after.guardrails, expectations: after.expectations, news };
  const groups = [
    ...after.groups.map((group) => {
      const then = earlier.get(desiredGroupKey(group)) ?? null;
      return compareGroup(then, group, { ...options, ...demands });
    }),
    ...before.groups
      .filter((group) => !later.has(desiredGroupKey(group)))
      .map((group) => releasedGroup(group, options)),
  ];
  const known = new Set(before.expectations.map(({ name }) => name));
  return {
    groups: groups.sort(
      (a, b) =>
        compareText(a.account, b.account) || compareText(a.region, b.region) || compareText(a.id, b.id),
    ),
    weakened: weakenings(before, after, options.defaultMode),
    expected: news.filter(({ name }) => !known.has(name)),
    loss: before.groups.length === 0 ? null : ended(revisionLoss(before, after, options.nowMs)),
  };
}

function ended<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
