// How much a group has lost of late without an approval, so that many small plans do not pass where one large plan
// would not. What a plan is about to take away is noted before its first call: a crash must not forget it.
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { HOUR_MS } from '../../clock.ts';
import type { Loss } from '../../journal/facts.ts';

/**
 * Losing rules of the last hour. Of a plan that did not come to its end those count that are gone, and all of them once a
 * drop rule of it is there: rules may lose traffic and stay.
 */
export function lostLastHour(losses: readonly Loss[], described: DescribedGroup, nowMs: number): number {
  if (losses.length === 0) return 0;
  const present = new Set(described.rules.map(({ rule }) => ruleIdentity(rule)));
  return recent(losses, nowMs)
    .map(({ rules, drops = [], isDone }) =>
      isDone || drops.some((drop) => present.has(drop))
        ? rules
        : rules.filter((identity) => !present.has(identity)),
    )
    .reduce((sum, rules) => sum + rules.length, 0);
}

/**
 * Noted before a plan is carried out that makes these rules lose traffic. Those of a plan that did not come to its end,
 * and that this one takes as well, are there yet: they are not counted twice.
 */
export const withLoss = (
  losses: readonly Loss[],
  { rules, drops }: Required<Pick<Loss, 'rules' | 'drops'>>,
  nowMs: number,
): readonly Loss[] => [
  ...recent(losses, nowMs).map((loss) =>
    loss.isDone ? loss : { ...loss, rules: without(loss.rules, rules) },
  ),
  ...(rules.length === 0 ? [] : [{ atMs: nowMs, rules, drops, isDone: false }]),
];

function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Set(others);
  return some.filter((each) => !left.has(each));
}

/** The plan has come to its end. */
export const withLossesDone = (losses: readonly Loss[], nowMs: number): readonly Loss[] =>
  recent(losses, nowMs).map((loss) => ({ ...loss, isDone: true }));

/** Where the clock was set back, what lies in the future counts as of now: it must not count for longer than an hour. */
export const notAfter = (losses: readonly Loss[], nowMs: number): readonly Loss[] =>
  losses.map((loss) => (loss.atMs > nowMs ? { ...loss, atMs: nowMs } : loss));

const recent = (losses: readonly Loss[], nowMs: number): readonly Loss[] =>
  losses.filter(({ atMs }) => nowMs - atMs < HOUR_MS);
