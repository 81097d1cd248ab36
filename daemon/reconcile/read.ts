// One look at a group: both sides read, a plan made, and said what was found.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { loadOf } from '../../reconciler/plan/fit/quota.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import { heldUntilMs } from '../../reconciler/plan/check/holds.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import { describeUntil } from './wait-until-described.ts';
import type { Engine } from './engine.ts';
import type { ListSizes } from '../learned/list-sizes.ts';
import { moveAfterFailure } from './next-move.ts';
import { abandonObserved } from './intents.ts';
import { showsRecentWrites } from './recent-writes.ts';
import type { ReconcileOutcome, ReconcileRequest } from './reconcile-types.ts';
import { commonFields, type Cause, type RunContext } from './run-context.ts';

export const RULES_NAMED_IN_EVENTS = 10;

export interface PendingLook {
  readonly kind: 'pending';
  /** May have no steps: then the group is as it should be. */
  readonly plan: GroupPlan;
  readonly apiLevel: ApiLevel;
  /** Rules that the group has. */
  readonly rules: number;
  readonly lists: ListSizes;
}

/** Either there is a plan to carry out, or the look is all that happens. */
export type Look = PendingLook | { readonly kind: 'settled'; readonly outcome: ReconcileOutcome };

export async function lookAtGroup(
  engine: Engine,
  run: RunContext,
  request: ReconcileRequest,
  signal: AbortSignal,
): Promise<Look> {
  const seen = await describeUntil(
    engine,
    () => engine.ecs.describeGroup(run.group, request.memory.levelWithoutRules),
    (group) => showsRecentWrites(engine, request.memory, group),
    signal,
  );
  if (signal.aborted) return settled({ kind: 'aborted', next: 'resync' });
  if (!seen.ok) return settled(describeFailed(engine, run, seen.error));
  const { group } = seen.value;
  const lists = await engine.lists.of(request.policy, group);
  const nowMs = engine.clock.nowMs();
  const pauses = await engine.journal.pauses(nowMs, run.group);
  const { approvedPlan: approvedHash } = request;
  const plan = planNow(engine, request, { group, lists, holds: pauses, approvedHash, nowMs });
  reportPlan(engine, run, { cause: request.cause, rules: group.rules.length, plan });
  if (plan.status === 'observed') {
    await abandonObserved(engine, run);
    return settled({ kind: 'observed', next: 'resync' });
  }
  if (plan.status === 'blocked') {
    const untilMs = heldUntilMs(group, pauses, nowMs);
    return settled({
      kind: 'blocked',
      reasons: plan.blockedBy.map((block) => block.message),
      next: untilMs === null ? 'resync' : { afterMs: Math.min(untilMs - nowMs, engine.resyncMs) },
    });
  }
  return { kind: 'pending', plan, apiLevel: group.apiLevel, rules: group.rules.length, lists };
}

/** The plan for the group as described, with all that earlier calls have taught about it. */
export function planNow(
  engine: Engine,
  { policy, memory }: Pick<ReconcileRequest, 'policy' | 'memory'>,
  seen: { readonly group: DescribedGroup; readonly lists: ListSizes } & Pick<
    PlanInput,
    'holds' | 'approvedHash' | 'nowMs'
  >,
): GroupPlan {
  const { group: described, lists, ...now } = seen;
  const settings = engine.planOptions;
  const nowMs = engine.clock.monotonicMs();
  const held = loadOf(described.rules, { ...settings, listSizes: lists.sizes }).rules;
  return planGroup({
    ...now,
    desired: policy,
    described,
    settings,
    learned: {
      quarantined: memory.quarantine.withheld(nowMs),
      ruleLimit: memory.room.limit({ configured: settings.ruleQuota, held }, nowMs),
      legacyPriority: memory.legacyPriority,
      listSizes: lists.sizes,
      unreadLists: lists.unread,
    },
  });
}

const settled = (outcome: ReconcileOutcome): Look => ({ kind: 'settled', outcome });

function describeFailed(engine: Engine, run: RunContext, failure: Failure): ReconcileOutcome {
  engine.telemetry.emit('group.describe_failed', {
    ...commonFields(run),
    kind: failure.kind,
    code: failure.code,
    err: failure.message,
    ...(failure.requestId === null ? {} : { requestId: failure.requestId }),
  });
  const next = moveAfterFailure(failure, false);
  return { kind: 'not-converged', reason: failure.message, failure, next };
}

function reportPlan(
  engine: Engine,
  run: RunContext,
  seen: { readonly cause: Cause; readonly rules: number; readonly plan: GroupPlan },
): void {
  const { plan } = seen;
  const fields = { ...commonFields(run), planHash: plan.hash };
  engine.telemetry.emit('group.described', { ...commonFields(run), rules: seen.rules });
  if (plan.status === 'converged') return;
  const { missing, surplus, altered } = plan.diff;
  engine.telemetry.emit('drift.detected', {
    ...fields,
    missing: missing.length,
    surplus: surplus.length,
    altered: altered.length,
    cause: seen.cause,
    rules: driftLines(plan).slice(0, RULES_NAMED_IN_EVENTS),
  });
  if (plan.status === 'blocked') {
    engine.telemetry.emit('plan.blocked', {
      ...fields,
      blockedBy: plan.blockedBy.map((block) => block.message),
    });
    return;
  }
  const count = (kind: string) => plan.steps.filter((step) => step.kind === kind).length;
  engine.telemetry.emit('plan.made', {
    ...fields,
    steps: plan.steps.length,
    add: count('authorize'),
    modify: count('modify'),
    remove: count('revoke'),
    hitless: plan.hitless,
  });
}

function driftLines({ diff }: GroupPlan): string[] {
  return [
    ...diff.missing.map(({ rule }) => `missing ${describeRule(rule)}`),
    ...diff.surplus.map(({ rule }) => `surplus ${describeRule(rule)}`),
    ...diff.altered.map(({ from, fields }) => `altered ${fields.join('+')} of ${describeRule(from.rule)}`),
  ];
}
