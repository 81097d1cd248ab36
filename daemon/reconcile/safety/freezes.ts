// Which freeze a group is under now, and whether it is about what its policy asks for.
import { isDeepStrictEqual } from 'node:util';
import type { DesiredRule } from '../../../reconciler/model/group.ts';
import { isInScope, type ScopedGroup } from '../../../reconciler/judge/scope.ts';
import { writtenScope } from '../../../reconciler/policy/compile/compile-guardrails.ts';
import { desiredHash } from '../../../reconciler/plan/hash.ts';
import type { Frozen } from '../../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';
import { scheduleOf, type Freeze } from '../../config/sections/freeze-schema.ts';
import type { EndedFreeze } from '../../journal/facts.ts';
import { HOUR_MS } from '../../clock.ts';

/** Occurrences that overlap and were all ended by people: beyond so many of them nothing is frozen. */
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
    const over = new Set(ended.flatMap(({ name, untilMs }) => (name === freeze.name ? [untilMs] : [])));
    const untilMs = endOfOccurrence(freeze, over, nowMs);
    return untilMs === null ? [] : [{ freeze, untilMs }];
  });
}

/** When the first of the occurrences ends that have begun and not ended; null: there is none. They may overlap. */
function endOfOccurrence(freeze: Freeze, over: ReadonlySet<number>, nowMs: number): number | null {
  const schedule = scheduleOf(freeze);
  const durationMs = freeze.durationHours * HOUR_MS;
  let start = schedule.nextRun(new Date(nowMs - durationMs));
  for (let count = 0; count < MAX_ENDED && start !== null && start.getTime() <= nowMs; count += 1) {
    const endMs = start.getTime() + durationMs;
    if (!over.has(endMs)) return endMs;
    start = schedule.nextRun(start);
  }
  return null;
}

type FreezeOfGroup = Omit<Frozen, 'holdsPolicy'>;

/**
 * Freezes that follow each other without a gap: every look at a group asks for them, at a millisecond each. After so many
 * the end is told too early, and told again when it comes.
 */
const MAX_LINKS = 16;

/** Which freezes there are, and at what time they are asked for. */
export interface FreezesAt {
  readonly freezes: readonly Freeze[];
  /** Occurrences that a person has ended. */
  readonly ended: readonly EndedFreeze[];
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/**
 * Of those that the group is under, the one that says no to more, and of these the longest; null: none. It lasts until
 * none goes on that says no to as much.
 */
export function freezeOf(group: ScopedGroup, { freezes, ended, nowMs }: FreezesAt): FreezeOfGroup | null {
  const ofGroup = freezes.filter(
    ({ groups }) => groups === undefined || isInScope(writtenScope(groups), group),
  );
  const [first] = [...activeFreezes(ofGroup, ended, nowMs)].sort((a, b) =>
    a.freeze.allow === b.freeze.allow ? b.untilMs - a.untilMs : a.freeze.allow === 'none' ? -1 : 1,
  );
  if (first === undefined) return null;
  const { name, allow } = first.freeze;
  const asStrict = allow === 'none' ? ofGroup.filter((freeze) => freeze.allow === 'none') : ofGroup;
  const untilMs = endOfChain(asStrict, ended, first.untilMs);
  return { name, allow, untilMs, isLonger: untilMs > first.untilMs };
}

function endOfChain(freezes: readonly Freeze[], ended: readonly EndedFreeze[], fromMs: number): number {
  let untilMs = fromMs;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const ends = activeFreezes(freezes, ended, untilMs).map((active) => active.untilMs);
    if (ends.length === 0) return untilMs;
    untilMs = Math.max(...ends);
  }
  return untilMs;
}

/** What a policy asks for that was in force when the freeze began is not frozen, unless nothing may be written. */
export function frozenBy(
  frozen: FreezeOfGroup | null,
  { desired, inForce, nowMs }: { desired: GroupPolicy; inForce: GroupPolicy | null; nowMs: number },
): Frozen | null {
  if (frozen === null) return null;
  if (inForce === null) return { ...frozen, holdsPolicy: false };
  const holdsPolicy = !isSamePolicy(desired, inForce, nowMs);
  return holdsPolicy || frozen.allow === 'none' ? { ...frozen, holdsPolicy } : null;
}

/** Wherever it is written, and but for rules that have ended since. */
export function isSamePolicy(a: GroupPolicy, b: GroupPolicy, nowMs: number): boolean {
  if (a === b) return true;
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
