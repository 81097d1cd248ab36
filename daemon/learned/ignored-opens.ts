// Ignored rules that open more than the policy declares are told once, when they first appear, and not at every read.
import type { GroupPlan } from '../../reconciler/plan/plan.ts';

/** What is said of each such rule. */
export type IgnoredOpens = ReadonlySet<string>;

export const NO_IGNORED_OPENS: IgnoredOpens = new Set();

/** All of a plan's, and those of them that were not there before. */
export function ignoredOpensOf(
  { findings }: GroupPlan,
  before: IgnoredOpens,
): { readonly all: IgnoredOpens; readonly appeared: readonly string[] } {
  const messages = findings.filter(({ id }) => id === 'ignored-opens').map(({ message }) => message);
  const all = messages.length === 0 ? NO_IGNORED_OPENS : new Set(messages);
  return { all, appeared: [...all].filter((message) => !before.has(message)) };
}
