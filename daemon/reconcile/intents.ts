// The intents of a group's calls: opened before a call, or found again where the result of the same call stayed
// unknown. Those for which nothing is left to do are closed here; execute/call.ts closes what it has called.
import { isDeepStrictEqual } from 'node:util';
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { Intent, IntentDraft, IntentOutcome } from '../journal/journal.ts';
import type { CommonFields } from '../telemetry/events.ts';
import type { Engine } from './engine.ts';
import { commonFields } from './group-run.ts';

type IntentPorts = Pick<Engine, 'journal' | 'telemetry'>;

export interface StepIntent {
  readonly intent: Intent;
  /** Whether an earlier plan has left it open. */
  readonly adopted: boolean;
}

/** Where an intent of the same call is open, its token must be used again, or the call could count twice. */
export async function openOrAdoptIntent(engine: IntentPorts, draft: IntentDraft): Promise<StepIntent> {
  const open = await engine.journal.openIntents(draft.group);
  const same = open.find((intent) => isSameCall(intent, draft));
  if (same === undefined) return { intent: await engine.journal.openIntent(draft), adopted: false };
  const { group, revision, reconcileId } = draft;
  engine.telemetry.emit('intent.recovered', {
    ...commonFields({ group, revision, reconcileId }),
    operation: same.operation,
    clientToken: same.clientToken,
    outcome: 'sent again with its own token',
  });
  return { intent: same, adopted: true };
}

type Call = Pick<IntentDraft, 'operation' | 'params'>;

export function isSameCall(a: Call, b: Call): boolean {
  return a.operation === b.operation && isDeepStrictEqual(a.params, b.params);
}

/** No policy names these groups any more, so no one reconciles them. None may become named before this has resolved. */
export async function abandonReleased(
  engine: IntentPorts,
  isNamed: (group: GroupRef) => boolean,
): Promise<void> {
  for (const group of await engine.journal.groupsWithOpenIntents()) {
    if (isNamed(group)) continue;
    const why = 'no policy names the group';
    await closeOpenIntents(engine, group, { result: 'abandoned', why, fields: {} });
  }
}

interface Closing {
  readonly result: IntentOutcome['result'];
  readonly why: string;
  readonly fields: CommonFields;
}

/** Nothing is left to do for the intents of the group. */
export async function closeOpenIntents(
  { journal, telemetry }: IntentPorts,
  group: GroupRef,
  { result, why, fields }: Closing,
): Promise<void> {
  const { account, region, id } = group;
  for (const { clientToken, operation, revision } of await journal.openIntents(group)) {
    await journal.closeIntent(clientToken, { result, requestId: null, code: null });
    telemetry.emit('intent.recovered', {
      ...{ account, region, group: id, revision, ...fields },
      operation,
      clientToken,
      outcome: `${result}: ${why}`,
    });
  }
}
