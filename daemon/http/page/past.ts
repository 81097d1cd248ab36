// What the journal knows of a group and of the revisions, a bounded part of it, as the pages show it.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { HistoryEntry, JournalDesk } from '../../journal/journal.ts';
import type { PastOfGroup, PastPlan } from './group-page.ts';

const CALLS_OF_GROUP = 50;
const PLANS_OF_GROUP = 5;
export const CALLS_OF_ALL = 500;

export type PastDesk = Pick<JournalDesk, 'history' | 'findPlan' | 'pauses' | 'approvals' | 'estateFacts'>;

/** `nowMs`: Unix milliseconds. */
export async function pastOfGroup(desk: PastDesk, group: GroupRef, nowMs: number): Promise<PastOfGroup> {
  const { account, region, id } = group;
  const query = { group: { account, region, id }, sinceMs: null, limit: CALLS_OF_GROUP };
  const [calls, approvals, pauses] = await Promise.all([
    desk.history(query),
    desk.approvals(nowMs, group),
    desk.pauses(nowMs, group),
  ]);
  const last = new Map(calls.map(({ planHash, closedAtMs }) => [planHash, closedAtMs]));
  const newest = [...last].sort(([, one], [, other]) => other - one).slice(0, PLANS_OF_GROUP);
  const plans = await Promise.all(
    newest.map(async ([hash, atMs]): Promise<PastPlan> => {
      const text = await desk.findPlan(hash);
      return { hash, atMs, traffic: text === null ? null : trafficOf(text, group) };
    }),
  );
  return { calls, approvals, pauses, plans };
}

/** The newest calls of all groups, oldest first. */
export const newestCalls = (desk: PastDesk): Promise<readonly HistoryEntry[]> =>
  desk.history({ group: {}, sinceMs: null, limit: CALLS_OF_ALL });

/** What a plan as it was kept says that it opens and closes for the group; null: it does not say. */
function trafficOf(text: string, group: GroupRef): PastPlan['traffic'] {
  const kept: unknown = JSON.parse(text);
  const exposure = valueAt(planFor(kept, group), 'exposure');
  return exposure === undefined
    ? null
    : { opened: boxTexts(valueAt(exposure, 'opened')), closed: boxTexts(valueAt(exposure, 'closed')) };
}

/** A plan is kept by itself, or as one of several groups. */
function planFor(kept: unknown, group: GroupRef): unknown {
  const groups = valueAt(kept, 'groups');
  if (!Array.isArray(groups)) return kept;
  return groups.find((each: unknown) => {
    const text = (name: string): string => String(valueAt(each, name));
    return groupKey({ account: text('account'), region: text('region'), id: text('id') }) === groupKey(group);
  });
}

const boxTexts = (boxes: unknown): string[] =>
  Array.isArray(boxes)
    ? boxes.map((box: unknown) =>
        ['protocol', 'ports', 'peer'].map((name) => String(valueAt(box, name))).join(' '),
      )
    : [];

const valueAt = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
