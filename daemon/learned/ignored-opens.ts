// Ignored rules that open more than the policy declares are told once, when they first appear, and not at every read.
import type { GroupPlan } from '../../reconciler/plan/plan.ts';

/** What is said of each such rule. */
export type IgnoredOpens = ReadonlySet<string>;

/** All of a plan's, and those of them that were not there before. */
export function ignoredOpensOf(
  { findings }: GroupPlan,
  before: IgnoredOpens,
): { readonly all: IgnoredOpens; readonly appeared: readonly string[] } {
  const all = new Set(findings.filter(({ id }) => id === 'ignored-opens').map(({ message }) => message));
  return { all, appeared: [...all].filter((message) => !before.has(message)) };
}
