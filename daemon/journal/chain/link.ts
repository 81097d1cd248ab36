// The hash that ties an entry of the history to the one before, so that a change of either shows.
import { createHash } from 'node:crypto';
import { compareText } from '../../../reconciler/model/problem.ts';
import type { HistoryEntry } from '../journal.ts';
import type { ChainLink } from './verdict.ts';

/** Says what is hashed, so that another form can never be taken for this one. */
const HASHED_FORM = 'rampart history 1';

/**
 * The link of an entry that is closed now.
 *
 * @param before the last link of that chain, or its anchor; null: the entry is the first one
 */
export function nextLink(chain: string, before: ChainLink | null, entry: HistoryEntry): ChainLink {
  const number = (before?.number ?? 0) + 1;
  return { chain, number, hash: linkHash({ chain, number, before: before?.hash ?? null }, entry) };
}

export interface LinkPlace extends Omit<ChainLink, 'hash'> {
  /** Hash of the entry before; null: there is none. */
  readonly before: string | null;
}

export const linkHash = (place: LinkPlace, entry: HistoryEntry): string =>
  createHash('sha256').update(canonicalText(place, entry)).digest('hex');

/**
 * All that an entry says, as one text and no other: a list in a fixed order, so that no two entries share one. Named fields
 * within it stand in the order of their names, since not every database keeps them as they were written.
 */
function canonicalText({ chain, number, before }: LinkPlace, entry: HistoryEntry): string {
  const { clientToken, group, revision, planHash, reconcileId, step, operation, params, effect } = entry;
  const { openedAtMs, result, requestId, code, closedAtMs } = entry;
  const done = [group.account, group.region, group.id, revision, planHash, reconcileId, step, operation];
  const said = [byName(params), byName(effect)];
  const outcome = [openedAtMs, result, requestId, code, closedAtMs];
  return JSON.stringify([HASHED_FORM, chain, number, before, clientToken, ...done, ...said, ...outcome]);
}

function byName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byName);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, byName(field)] as const);
  // As pairs, since an object has names that are numbers first, whatever the order.
  return { pairs: fields.sort(([a], [b]) => compareText(a, b)) };
}
