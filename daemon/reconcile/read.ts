// Both sides read, a plan made, and said what was found.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { heldUntilMs } from '../../reconciler/plan/check/holds.ts';
import { loadOf } from '../../reconciler/plan/fit/quota.ts';
import type { Learned, PlanInput } from '../../reconciler/plan/plan-input.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import type { GroupMemory } from '../learned/group-memory.ts';
import { planOnce, worthKeeping, type LastPlan } from '../learned/last-plan.ts';
import { restingAt } from '../learned/flap-detector.ts';
import { quarantinedAt, refusedAt } from '../learned/quarantine.ts';
import { quotaAfterRead, ruleLimit } from '../learned/quota-estimate.ts';
import { groupInput, type GroupInput } from './group-input.ts';
import { commonFields, type Cause, type GroupRun } from './group-run.ts';
import { noteOwned } from './safety/note-owned.ts';
import type { RunEnd } from './outcome.ts';
import { showsRecentWrites } from './recent-writes.ts';
import { reportIgnored, reportKept, reportPlan, toldOf } from './report-plan.ts';
import { noteBreakGlass } from './safety/note-break-glass.ts';
import { reportExpired } from './safety/expired.ts';
import { withPolicyPlace } from './not-found.ts';
import { isAnotherInForce, keptPlan } from './safety/kept-plan.ts';
import { notePlan } from './safety/notes.ts';
import { settledMark } from './safety/settled.ts';
import { waitUntilDescribed } from './wait-until-described.ts';

/** A plan to carry out. It may have no steps: then the group is as its policy says. */
export interface Planned {
  readonly kind: 'planned';
  readonly plan: GroupPlan;
  /** Of the policies that the plan is to bring about: while a newer one waits, the one before. */
  readonly revision: string;
  /** What the plan was made of; with another description of the group, the plan that is then left. */
  readonly input: PlanInput & { readonly learned: Learned };
  readonly memory: GroupMemory;
  /** The plan of the policy, where it is blocked and `plan` is that of the policy in force; else null. */
  readonly waiting: GroupPlan | null;
  /** Whether `plan` is but the part of the policy in force that closes. */
  readonly closesOnly: boolean;
  /** When the group was read that it is for, monotonic; not later. */
  readonly readAtMs: number;
  /** The plan of the policy, and what it was made of. */
  readonly made: LastPlan;
  /** Null: there may be something to note of the group; see `settledMark`. */
  readonly mark: string | null;
  /** Whether the last look found all of this, and noted it. */
  readonly isSettled: boolean;
}

/** There is nothing to carry out. */
export interface EndedEarly {
  readonly kind: 'ended';
  readonly end: RunEnd;
  readonly memory: GroupMemory;
}

/**
 * `earlier`: the plan of this run that has waited for its calls since. If nothing has changed that decides it, it stays
 * the plan, and nothing is said or noted of it a second time.
 */
export async function readAndPlan(
  run: GroupRun,
  before: GroupMemory,
  earlier: Planned | null = null,
): Promise<Planned | EndedEarly> {
  const { engine, signal } = run;
  const ended = (end: RunEnd, memory = before): EndedEarly => ({ kind: 'ended', end, memory });
  const seen = await waitUntilDescribed(run, before.levelWithoutRules, (group) =>
    showsRecentWrites(engine, before, group),
  );
  if (signal.aborted) return ended({ kind: 'aborted' });
  if (!seen.ok) return ended({ kind: 'unread', failure: withPolicyPlace(seen.error, run.request.policy) });
  const { group: described, readAtMs } = seen.value;
  const given = await inputFor(run, described, before);
  if (given === null) return ended({ kind: 'aborted' });
  const { input, facts, breakGlass, memory: known } = given;
  const last = earlier?.made ?? before.lastPlan;
  const lastPlan = planOnce(input, { last, read: engine.ecs.sameness(described) }, planGroup);
  const { plan } = lastPlan;
  // Of two plans the second hangs on more than the input.
  if (earlier?.made.plan === plan && earlier.waiting === null) {
    const { rules } = described;
    engine.telemetry.emit('group.described', { ...commonFields(run), rules: rules.length });
    return { ...earlier, input, memory: known, readAtMs };
  }
  if (isAnother(run, plan)) return ended({ kind: 'changed', lacksRoom: known.quota !== null }, known);
  const { toldPlan } = before;
  reportPlan(run, described, { plan, cause: causeOf(run, plan, { input, facts }), toldPlan });
  const mark = settledMark(lastPlan, { input, facts, breakGlass }, run.revision);
  const isSettled = isNoted(mark, before);
  if (!isSettled) await note(run, plan, { input, facts, breakGlass });
  const memory = {
    ...known,
    ignoredOpens: reportIgnored(run, plan, before),
    lastPlan: worthKeeping(lastPlan),
    settled: null,
  };
  return nextOf(run, lastPlan, { input, facts, memory, readAtMs, mark, isSettled });
}

/** What was blocked when it was read before is no change of the cloud now, nor when a person has approved it since. */
function causeOf({ request }: GroupRun, plan: GroupPlan, { input, facts }: PlannedFrom): Cause {
  if (plan.status === 'observed') return request.cause;
  if (isAnotherInForce(input, facts)) return 'policy';
  const hasWaited = plan.status === 'blocked' || plan.approval !== null;
  return hasWaited && facts.inForce === null ? 'start' : request.cause;
}

const isNoted = (mark: string | null, { settled }: GroupMemory): boolean => mark !== null && mark === settled;

type PlannedFrom = Pick<GroupInput, 'input' | 'facts'>;

interface KnownToPlan extends Omit<GroupInput, 'breakGlass'> {
  readonly memory: GroupMemory;
  readonly readAtMs: number;
  readonly mark: string | null;
  readonly isSettled: boolean;
}

/** Carried out is the policy's plan; where that is blocked, the plan of the policy in force, or what closes of it. */
function nextOf(run: GroupRun, made: LastPlan, known: KnownToPlan): Planned | EndedEarly {
  const { plan } = made;
  const { input, facts, readAtMs, mark, isSettled } = known;
  const { toldPlan } = known.memory;
  const telling = (told: GroupPlan | null): GroupMemory => ({
    ...known.memory,
    toldPlan: told === null ? null : toldOf(told),
  });
  const idle = telling(null);
  if (plan.status === 'observed') return { kind: 'ended', end: { kind: 'observed' }, memory: idle };
  const { revision } = run;
  if (plan.status !== 'blocked') {
    const waiting = { waiting: null, closesOnly: false };
    const memory = plan.status === 'pending' ? telling(plan) : idle;
    return { kind: 'planned', plan, revision, input, memory, ...waiting, readAtMs, made, mark, isSettled };
  }
  const kept = run.request.approvedPlan === null ? keptPlan(plan, input, facts) : null;
  if (kept !== null) {
    const before = facts.inForceRevision ?? revision;
    reportKept({ ...run, revision: before }, kept.plan, toldPlan);
    const memory = telling(kept.plan);
    const unsettled = { mark: null, isSettled: false };
    return {
      kind: 'planned',
      ...kept,
      revision: before,
      memory,
      waiting: plan,
      readAtMs,
      made,
      ...unsettled,
    };
  }
  const end = { kind: 'blocked', plan, pausedForMs: pausedFor(input), kept: null } as const;
  return { kind: 'ended', end, memory: idle };
}

/** How long nothing may be written; null: neither paused nor frozen. */
function pausedFor({ described, holds = [], frozen, nowMs }: PlanInput): number | null {
  const untilMs = heldUntilMs(described, holds, nowMs) ?? frozen?.untilMs ?? null;
  return untilMs === null ? null : untilMs - nowMs;
}

/** Of what the journal is to know before anything is carried out. */
async function note(run: GroupRun, plan: GroupPlan, given: GroupInput): Promise<void> {
  reportExpired(run, plan, given);
  await noteBreakGlass(run, given);
  await notePlan(run, plan, given);
  await noteOwned(run, given.input.described);
}

/**
 * Whether only another plan may be carried out. What is left of an approved one has another hash, and the approval
 * says what it may still do.
 */
const isAnother = ({ request: { approvedPlan } }: GroupRun, plan: GroupPlan): boolean =>
  approvedPlan !== null && plan.status === 'pending' && plan.hash !== approvedPlan && plan.approval === null;

/** All that decides the plan, with what earlier calls have taught about the group; null: the run is to end. */
async function inputFor(
  { engine, request, urgency, signal }: GroupRun,
  described: DescribedGroup,
  before: GroupMemory,
) {
  const { policy: desired } = request;
  const settings = engine.planOptions;
  const known = await engine.lists.of(desired, described);
  // Before the journal is asked: what a person has said while the plan waited for its turn holds for it.
  await engine.planningTurn(urgency, signal);
  if (signal.aborted) return null;
  const { sizes: listSizes, unread: unreadLists, read: lists, absent } = known;
  const quota = quotaAfterRead(before.quota, loadOf(described.rules, { ...settings, listSizes }).rules);
  const monotonicMs = engine.clock.monotonicMs();
  const now = { nowMs: engine.clock.nowMs(), monotonicMs };
  const learned: Learned = {
    quarantined: quarantinedAt(before.quarantine, monotonicMs),
    refused: refusedAt(before.quarantine, now),
    resting: restingAt(before.drift, now),
    ruleLimit: ruleLimit(quota, monotonicMs),
    legacyPriority: before.legacyPriority,
    listSizes,
    unreadLists,
  };
  const { input, ...rest } = await groupInput(engine, engine.journal, {
    desired,
    described,
    learned,
    lists,
    absent,
  });
  return { ...rest, input, memory: { ...before, quota } };
}
