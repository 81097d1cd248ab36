// Between rows of the journal's tables and its values.
import type { WireParams } from '../ecs/api.ts';
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import type { Effect } from './effect.ts';
import type { HistoryEntry, Intent, Pause } from './journal.ts';

/** What both databases take for a parameter. */
export type SqlValue = string | number | null;

/** Column names are the same in `intents` and `history`. */
export const INTENT_COLUMNS =
  'client_token, account, region, group_id, revision, plan_hash, reconcile_id, step, operation, params, effect, opened_at_ms';

/** The rows are read by the names of the values' fields; in quotes, or PostgreSQL would make them small letters. */
export const GROUP_FIELDS = 'account, region, group_id AS id';
const INTENT_FIELDS = `${GROUP_FIELDS}, revision, plan_hash AS "planHash", reconcile_id AS "reconcileId", step, operation,
  params, effect, client_token AS "clientToken", opened_at_ms AS "openedAtMs"`;

export const SELECT_GROUPS = `SELECT ${GROUP_FIELDS} FROM intents`;
export const SELECT_INTENTS = `SELECT ${INTENT_FIELDS} FROM intents`;
export const HISTORY_FIELDS = `${INTENT_FIELDS}, result, request_id AS "requestId", code, closed_at_ms AS "closedAtMs"`;
export const SELECT_HISTORY = `SELECT ${HISTORY_FIELDS} FROM history`;
export const SELECT_PAUSES = `SELECT ${GROUP_FIELDS}, reason, paused_at_ms AS "pausedAtMs", until_ms AS "untilMs" FROM pauses`;

export interface IntentRow extends GroupRef, Omit<Intent, 'group' | 'params' | 'effect'> {
  readonly params: string;
  /** Null in rows of schema version 1. */
  readonly effect: string | null;
}

export type HistoryRow = IntentRow & Omit<HistoryEntry, keyof Intent>;

type AllNull<T> = { readonly [Key in keyof T]: null };

export type PauseRow = (GroupRef | AllNull<GroupRef>) & Omit<Pause, 'group'>;

export function toIntent<Row extends IntentRow>({ account, region, id, params, effect, ...rest }: Row) {
  return {
    ...rest,
    group: { account, region, id },
    params: JSON.parse(params) as WireParams,
    effect: effect === null ? null : (JSON.parse(effect) as Effect),
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

export function toPause({ account, region, id, ...rest }: PauseRow): Pause {
  return { ...rest, group: account === null ? null : { account, region, id } };
}

/** Of what is about one group, or about all of them. */
export const scopeOf = (group: GroupRef | null): string => (group === null ? '*' : groupKey(group));
