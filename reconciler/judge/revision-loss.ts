// What a revision of the policies takes away, from the policies alone: before a call is made, and whatever the groups
// hold. A revision that takes too much is not put in force at all.
import { groupContext, type GroupContext } from '../exposure/engine/context.ts';
import type { DesiredGroup, DesiredState } from '../model/group.ts';
import { DIRECTIONS, ruleIdentity, type Direction, type Rule } from '../model/rule.ts';
import { desiredGroupKey } from '../policy/compile/group-key.ts';
import { losingRules } from './loss/losing-rules.ts';

export interface RevisionLoss {
  /** As the later state has them. */
  readonly losing: readonly DesiredGroup[];
  /** No longer named by any policy. */
  readonly released: readonly DesiredGroup[];
}

/** Of one group. A revision may change thousands: what costs more to judge counts as losing. */
const MAX_WORK = 1_000_000;

/** The type of the groups is not known from policies: where nothing is said, the stricter one drops. */
const UNKNOWN_GROUP: GroupContext = groupContext({ id: '', type: 'enterprise', innerAccess: 'drop' });

/** @param nowMs what has expired by then counts on neither side */
export function revisionLoss(before: DesiredState, after: DesiredState, nowMs: number): RevisionLoss {
  const later = new Map(after.groups.map((group) => [desiredGroupKey(group), group]));
  const pairs = before.groups.map((group) => ({ group, next: later.get(desiredGroupKey(group)) }));
  return {
    losing: pairs.flatMap(({ group, next }) =>
      next !== undefined && loses(group, next, nowMs) ? [next] : [],
    ),
    released: pairs.flatMap(({ group, next }) => (next === undefined ? [group] : [])),
  };
}

function loses(before: DesiredGroup, after: DesiredGroup, nowMs: number): boolean {
  if (after.mode === 'observe') return false;
  const judged = DIRECTIONS.filter((each) => before.rules[each] !== null && after.rules[each] !== null);
  const then = judged.flatMap((direction) => rulesAt(before, direction, nowMs));
  const wanted = judged.flatMap((direction) => rulesAt(after, direction, nowMs));
  const now = after.mode === 'additive' ? [...then, ...wanted] : wanted;
  if (isOnlyWider(then, now)) return false;
  return losingRules({ before: then, after: now, context: UNKNOWN_GROUP }, MAX_WORK).length > 0;
}

const rulesAt = ({ rules }: DesiredGroup, direction: Direction, nowMs: number): Rule[] =>
  (rules[direction] ?? [])
    .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs)
    .map(({ rule }) => rule);

/** Whether every accept rule stays and no drop rule comes: told without looking at packets. */
function isOnlyWider(before: readonly Rule[], after: readonly Rule[]): boolean {
  const [old, now] = [before, after].map((rules) => new Set(rules.map(ruleIdentity)));
  return (
    before.every((rule) => rule.action === 'drop' || now?.has(ruleIdentity(rule)) === true) &&
    after.every((rule) => rule.action === 'accept' || old?.has(ruleIdentity(rule)) === true)
  );
}
