// Which events are someone else's: not of a call that the journal knows, by its request id, or by its ClientToken where the answer
// with the id was lost.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { ForeignWrite } from '../journal/attribution.ts';
import type { Journal } from '../journal/journal.ts';
import type { TrailEvent } from './trail-event.ts';

/** Request ids and ClientTokens. */
export type OwnCalls = ReadonlySet<string>;

/** Calls that were under way when the group was last good; a call is given up long before. */
const UNDER_WAY_MS = 15 * 60_000;
/** More than a group sees between two looks, unless hundreds of calls a minute are allowed. */
const MAX_CALLS = 2000;

/** Of a group, since it was last good and a little before. */
export async function ownCalls(
  journal: Pick<Journal, 'history' | 'openIntents'>,
  group: GroupRef,
  sinceMs: number,
): Promise<OwnCalls> {
  const [open, closed] = await Promise.all([
    journal.openIntents(group),
    journal.history({ group, sinceMs: sinceMs - UNDER_WAY_MS, limit: MAX_CALLS }),
  ]);
  const ids = closed.flatMap(({ requestId }) => (requestId === null ? [] : [requestId]));
  return new Set([...ids, ...[...open, ...closed].map(({ clientToken }) => clientToken)]);
}

/** They change the group, or its members, but none of its rules. */
const CHANGES_NO_RULE: ReadonlySet<string> = new Set([
  'JoinSecurityGroup',
  'LeaveSecurityGroup',
  'ModifySecurityGroupAttribute',
  'ModifyInstanceAttribute',
  'JoinResourceGroup',
  'TagResources',
  'UntagResources',
  'AddTags',
  'RemoveTags',
  'RunInstances',
  'CreateInstance',
  'DeleteInstance',
  'CreateNetworkInterface',
  'DeleteNetworkInterface',
]);

/** In the order of the events. */
export const foreignWrites = (
  events: readonly TrailEvent[],
  group: string,
  known: OwnCalls,
): readonly ForeignWrite[] =>
  events
    .filter(({ hasChanged, write }) => hasChanged && !CHANGES_NO_RULE.has(write.eventName))
    .filter((event) => event.isOn(group))
    .filter(({ write, clientToken }) => !known.has(write.requestId) && !known.has(clientToken ?? ''))
    .map(({ write }) => write);
