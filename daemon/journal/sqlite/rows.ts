// Between rows of the journal's tables and its values.
import type { WriteOperation } from '../../../reconciler/model/operation.ts';
import type { WireParams } from '../../ecs/api.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Effect } from '../effect.ts';
import type { SqlValue } from './connection.ts';
import type { HistoryEntry, Intent, IntentOutcome, Pause } from '../journal.ts';

/** Column names are the same in `intents` and `history`. */
export const INTENT_COLUMNS =
  'client_token, account, region, group_id, revision, plan_hash, reconcile_id, step, operation, params, effect, opened_at_ms';

export interface GroupRow {
  readonly account: string;
  readonly region: string;
  readonly group_id: string;
}

export interface IntentRow extends GroupRow {
  readonly client_token: string;
  readonly revision: string;
  readonly plan_hash: string;
  readonly reconcile_id: string;
  readonly step: number;
  readonly operation: WriteOperation;
  readonly params: string;
  /** Null in rows of schema version 1. */
  readonly effect: string | null;
  readonly opened_at_ms: number;
}

export interface HistoryRow extends IntentRow {
  readonly result: IntentOutcome['result'];
  readonly request_id: string | null;
  readonly code: string | null;
  readonly closed_at_ms: number;
}

export interface PauseRow {
  readonly account: string | null;
  readonly region: string | null;
  readonly group_id: string | null;
  readonly reason: string;
  readonly paused_at_ms: number;
  readonly until_ms: number;
}

export const toGroup = ({ account, region, group_id: id }: GroupRow): GroupRef => ({ account, region, id });

export function toIntent(row: IntentRow): Intent {
  return {
    group: toGroup(row),
    revision: row.revision,
    planHash: row.plan_hash,
    reconcileId: row.reconcile_id,
    step: row.step,
    operation: row.operation,
    params: JSON.parse(row.params) as WireParams,
    effect: row.effect === null ? null : (JSON.parse(row.effect) as Effect),
    clientToken: row.client_token,
    openedAtMs: row.opened_at_ms,
  };
}

/** The values of `INTENT_COLUMNS`, in their order. */
export function intentValues(intent: Intent): SqlValue[] {
  return [
    intent.clientToken,
    intent.group.account,
    intent.group.region,
    intent.group.id,
    intent.revision,
    intent.planHash,
    intent.reconcileId,
    intent.step,
    intent.operation,
    JSON.stringify(intent.params),
    intent.effect === null ? null : JSON.stringify(intent.effect),
    intent.openedAtMs,
  ];
}

export function toHistoryEntry(row: HistoryRow): HistoryEntry {
  return {
    ...toIntent(row),
    result: row.result,
    requestId: row.request_id,
    code: row.code,
    closedAtMs: row.closed_at_ms,
  };
}

export function toPause(row: PauseRow): Pause {
  const { account, region, group_id: id } = row;
  return {
    group: account === null || region === null || id === null ? null : { account, region, id },
    reason: row.reason,
    pausedAtMs: row.paused_at_ms,
    untilMs: row.until_ms,
  };
}
