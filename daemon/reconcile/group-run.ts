// One reconcile of one group: what it was asked, what it works with, and the ids that tie its events together.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPlan, GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { GroupMemory } from '../learned/group-memory.ts';
import type { Urgency } from '../ecs/urgency.ts';
import type { CommonFields } from '../telemetry/events.ts';
import type { Engine, PacedWrite } from './engine.ts';

/** Why a group is reconciled: the first time, because the policies changed, or just because time passed. */
export type Cause = 'start' | 'policy' | 'drift';

export interface ReconcileRequest {
  readonly policy: GroupPolicy;
  readonly revision: string;
  readonly cause: Cause;
  readonly memory: GroupMemory;
  /** Hash of the only plan that may be carried out; null: whatever plan is right now. */
  readonly approvedPlan: string | null;
  /** `routine` unless given. */
  readonly urgency?: Urgency;
  /** Called when the group has been read: from then on the reconcile waits for its turn in the lanes. */
  readonly onRead?: () => void;
  /** Called when the reading hangs or waits to be tried again; perhaps more than once. */
  readonly onStalled?: () => void;
}

/** What every event of one reconcile carries. */
export interface RunContext {
  readonly group: GroupRef;
  readonly revision: string;
  readonly reconcileId: string;
}

export interface GroupRun extends RunContext {
  readonly engine: Engine;
  readonly request: ReconcileRequest;
  readonly urgency: Urgency;
  /** Ends the run at its next step. */
  readonly signal: AbortSignal;
  /** Monotonic. */
  readonly startedMs: number;
}

/** A run whose plan is being carried out. */
export interface PlanRun extends GroupRun {
  readonly plan: GroupPlan;
  readonly apiLevel: ApiLevel;
  /** Whether the level was only guessed, since the group has no rules: a refusal may mean that the guess is wrong. */
  readonly levelIsGuess: boolean;
  readonly write: PacedWrite;
}

export const RULES_NAMED_IN_EVENTS = 10;

export function beginRun(engine: Engine, request: ReconcileRequest, signal: AbortSignal): GroupRun {
  const { account, region, id } = request.policy;
  return {
    engine,
    request,
    urgency: request.urgency ?? 'routine',
    signal,
    group: { account, region, id },
    revision: request.revision,
    reconcileId: engine.newReconcileId(),
    startedMs: engine.clock.monotonicMs(),
  };
}

/** Read again each time: the type checker believes that `signal.aborted` stays what it was at the first read. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;

export function commonFields(run: RunContext): CommonFields {
  return {
    account: run.group.account,
    region: run.group.region,
    group: run.group.id,
    revision: run.revision,
    reconcileId: run.reconcileId,
  };
}
