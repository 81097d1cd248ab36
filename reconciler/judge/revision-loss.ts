// What a revision of the policies takes away, from the policies alone: before a call is made, and whatever the groups
// hold. A revision that takes too much is not put in force at all.
import { groupContext, type GroupContext } from '../exposure/engine/context.ts';
import type { DesiredGroup, DesiredState } from '../model/group.ts';
import { DIRECTIONS, ruleIdentity, type Direction, type Rule } from '../model/rule.ts';
import { changedGroups, desiredGroupKey } from '../policy/compile/group-key.ts';
import { emptiedDirections } from './loss/emptied.ts';
import { losingRules } from './loss/losing-rules.ts';

export interface RevisionLoss {
  /** As the later state has them. */
  readonly losing: readonly DesiredGroup[];
  /** No longer named by any policy. */
  readonly released: readonly DesiredGroup[];
}

/** Whether more groups lose traffic or are released than `reconcile.brake.groups` allows. */
export const isTooMuchLoss = ({ losing, released }: RevisionLoss, mostGroups: number): boolean =>
  losing.length + released.length > mostGroups;

/** Of one group. A revision may change thousands: what costs more to judge counts as losing. */
const MAX_WORK = 1_000_000;

/**
 * The type of the groups is not known from policies. A rule loses more readily where nothing else accepts what no rule
 * matches; a direction is emptied by a drop also where the default accepts.
 */
const STRICT_GROUP: GroupContext = groupContext({ id: '', type: 'enterprise', innerAccess: 'drop' });
const OPEN_GROUP: GroupContext = groupContext({ id: '', type: 'normal', innerAccess: 'drop' });

/**
 * Whether a group loses traffic if it is as the policies before said: a rule loses, or a direction is emptied. Stops
 * after each group, for there may be thousands.
 *
 * @param nowMs what has expired by then counts on neither side: it was announced
 */
export function* revisionLoss(
  before: DesiredState,
  after: DesiredState,
  nowMs: number,
): Generator<void, RevisionLoss, void> {
  const losing: DesiredGroup[] = [];
  const released: DesiredGroup[] = [];
  const others = changedGroups(before.groups, after.groups);
  const later = new Map(others.after.map((group) => [desiredGroupKey(group), group]));
  for (const group of others.before) {
    const next = later.get(desiredGroupKey(group));
    if (next === undefined) released.push(group);
    else if (groupLoses(group, next, nowMs)) losing.push(next);
    yield;
  }
  return { losing, released };
}

function groupLoses(before: DesiredGroup, after: DesiredGroup, nowMs: number): boolean {
  if (after.mode === 'observe') return false;
  const judged = DIRECTIONS.filter((each) => before.rules[each] !== null && after.rules[each] !== null);
  const then = judged.flatMap((direction) => rulesAt(before, direction, nowMs));
  const wanted = judged.flatMap((direction) => rulesAt(after, direction, nowMs));
  const now = after.mode === 'additive' ? [...then, ...wanted] : wanted;
  if (isOnlyWider(then, now)) return false;
  const change = { before: then, after: now };
  return (
    losingRules({ ...change, context: STRICT_GROUP }, MAX_WORK).length > 0 ||
    emptiedDirections({ ...change, context: OPEN_GROUP }, MAX_WORK).length > 0
  );
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
