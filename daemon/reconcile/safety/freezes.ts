// Which freeze a group is under now, and whether it is about what its policy asks for.
import { isDeepStrictEqual } from 'node:util';
import type { DescribedGroup, DesiredRule } from '../../../reconciler/model/group.ts';
import { isInScope, type ScopedGroup } from '../../../reconciler/judge/scope.ts';
import { writtenScope } from '../../../reconciler/policy/compile/compile-guardrails.ts';
import { desiredHash } from '../../../reconciler/plan/hash.ts';
import type { Frozen } from '../../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';
import { scheduleOf, type Freeze } from '../../config/sections/freeze-schema.ts';
import type { EndedFreeze } from '../../journal/facts.ts';

const HOUR_MS = 3_600_000;
/** Occurrences that people have ended, one after the other. */
const MAX_ENDED = 1000;

/** A freeze that is in force. */
export interface ActiveFreeze {
  readonly freeze: Freeze;
  /** Unix milliseconds. */
  readonly untilMs: number;
}

/** The freezes in force at this time, but for occurrences that a person has ended. */
export function activeFreezes(
  freezes: readonly Freeze[],
  ended: readonly EndedFreeze[],
  nowMs: number,
): readonly ActiveFreeze[] {
  return freezes.flatMap((freeze) => {
    const isEnded = (untilMs: number): boolean =>
      ended.some((each) => each.name === freeze.name && each.untilMs === untilMs);
    const untilMs = occurrenceEnds(freeze, nowMs).find((endMs) => !isEnded(endMs));
    return untilMs === undefined ? [] : [{ freeze, untilMs }];
  });
}

/** When the occurrences end that have begun and not ended by themselves: more than one where they overlap. */
function occurrenceEnds(freeze: Freeze, nowMs: number): number[] {
  const schedule = scheduleOf(freeze);
  const durationMs = freeze.durationHours * HOUR_MS;
  const ends: number[] = [];
  let start = schedule.nextRun(new Date(nowMs - durationMs));
  while (start !== null && start.getTime() <= nowMs && ends.length < MAX_ENDED) {
    ends.push(start.getTime() + durationMs);
    start = schedule.nextRun(start);
  }
  return ends;
}

/** Of those that the group is under, the one that says no to more, and of these the longest; null: none. */
export function freezeOf(group: ScopedGroup, active: readonly ActiveFreeze[]): Frozen | null {
  const [first] = active
    .filter(({ freeze }) => freeze.groups === undefined || isInScope(writtenScope(freeze.groups), group))
    .map(({ freeze: { name, allow }, untilMs }): Frozen => ({ name, allow, untilMs }))
    .sort((a, b) => (a.allow === b.allow ? b.untilMs - a.untilMs : a.allow === 'none' ? -1 : 1));
  return first ?? null;
}

/** What a policy asks for that was in force when the freeze began is not frozen, unless nothing may be written. */
export function frozenBy(
  frozen: Frozen | null,
  { desired, inForce, nowMs }: { desired: GroupPolicy; inForce: GroupPolicy | null; nowMs: number },
): Frozen | null {
  if (frozen?.allow !== 'drift' || inForce === null) return frozen;
  return isSamePolicy(desired, inForce, nowMs) ? null : frozen;
}

/** Wherever it is written, and but for rules that have ended since. */
export function isSamePolicy(a: GroupPolicy, b: GroupPolicy, nowMs: number): boolean {
  const rest = (policy: GroupPolicy) => ({
    ...policy,
    rules: null,
    source: null,
    ignore: policy.ignore.map((pattern) => ({ ...pattern, source: null })),
  });
  const hash = (policy: GroupPolicy): string => desiredHash(inForceAt(policy, nowMs));
  return hash(a) === hash(b) && isDeepStrictEqual(rest(a), rest(b));
}

/** Without the rules that have ended by then. */
export function inForceAt(policy: GroupPolicy, nowMs: number): GroupPolicy {
  const valid = (rules: readonly DesiredRule[] | null) =>
    rules?.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs) ?? null;
  const { ingress, egress } = policy.rules;
  return { ...policy, rules: { ingress: valid(ingress), egress: valid(egress) } };
}

export const scopedByCloud = ({ account, region, id, name, tags = {} }: DescribedGroup): ScopedGroup => ({
  account,
  region,
  id,
  name,
  tags,
});
