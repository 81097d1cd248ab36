// What the journal knows of a group and of the revisions, a bounded part of it, as the pages show it.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { HistoryEntry, JournalDesk } from '../../journal/journal.ts';
import type { PastOfGroup, PastPlan } from './group-page.ts';

const CALLS_OF_GROUP = 50;
const PLANS_OF_GROUP = 5;
const CALLS_OF_ALL = 500;

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
      return { hash, atMs, traffic: text === null ? null : trafficOf(text) };
    }),
  );
  return { calls, approvals, pauses, plans };
}

/** The newest calls of all groups, oldest first. */
export const newestCalls = (desk: PastDesk): Promise<readonly HistoryEntry[]> =>
  desk.history({ group: {}, sinceMs: null, limit: CALLS_OF_ALL });

/** What a plan as it was kept says that it opens and closes. */
function trafficOf(text: string): PastPlan['traffic'] {
  const exposure = valueAt(JSON.parse(text), 'exposure');
  return { opened: boxTexts(valueAt(exposure, 'opened')), closed: boxTexts(valueAt(exposure, 'closed')) };
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
