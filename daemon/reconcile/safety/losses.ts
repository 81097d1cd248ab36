// How much a group has lost of late without an approval, so that many small plans do not pass where one large plan
// would not. What a plan is about to take away is noted before its first call: a crash must not forget it.
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import type { Loss } from '../../journal/facts.ts';

const REMEMBERED_MS = 3_600_000;

/** Losing rules of the last hour. Of a plan that did not come to its end those count that are gone. */
export function lostLastHour(losses: readonly Loss[], described: DescribedGroup, nowMs: number): number {
  const present = new Set(described.rules.map(({ rule }) => ruleIdentity(rule)));
  return recent(losses, nowMs)
    .map(({ rules, isDone }) => (isDone ? rules : rules.filter((identity) => !present.has(identity))))
    .reduce((sum, rules) => sum + rules.length, 0);
}

/** Noted before a plan is carried out that makes these rules lose traffic. */
export const withLoss = (
  losses: readonly Loss[],
  rules: readonly string[],
  nowMs: number,
): readonly Loss[] => [
  ...recent(losses, nowMs),
  ...(rules.length === 0 ? [] : [{ atMs: nowMs, rules, isDone: false }]),
];

/** The plan has come to its end. */
export const withLossesDone = (losses: readonly Loss[], nowMs: number): readonly Loss[] =>
  recent(losses, nowMs).map((loss) => ({ ...loss, isDone: true }));

const recent = (losses: readonly Loss[], nowMs: number): readonly Loss[] =>
  losses.filter(({ atMs }) => nowMs - atMs < REMEMBERED_MS);
