import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { CommonFields } from '../telemetry/events.ts';
import type { PacedWrite } from './engine.ts';

/** Why a group is looked at: the first time, because the policies changed, or just because time passed. */
export type Cause = 'start' | 'policy' | 'drift';

/** What every event of one reconcile carries. */
export interface RunContext {
  readonly group: GroupRef;
  readonly revision: string;
  readonly reconcileId: string;
}

/** A plan that is being carried out. */
export interface PlanRun extends RunContext {
  readonly planHash: string;
  readonly apiLevel: ApiLevel;
  /** Whether the level was only guessed, since the group has no rules: a refusal may mean that the guess is wrong. */
  readonly levelIsGuess: boolean;
  readonly write: PacedWrite;
}

/** Asked anew each time; the type checker takes a second look at `signal.aborted` for the first one. */
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
