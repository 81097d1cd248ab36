// Calls whose result stayed unknown, and for which nothing is left to do. Those of a plan that goes on are found
// again by step.ts, which sends them once more with their own token.
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { IntentOutcome } from '../journal/journal.ts';
import type { CommonFields } from '../telemetry/events.ts';
import type { Engine } from './engine.ts';
import { commonFields, type RunContext } from './run-context.ts';

/** The group is as the policy wants it, however it came to be so. */
export function supersedeOpenIntents(engine: Engine, run: RunContext): Promise<void> {
  return closeOpenIntents(engine, run.group, {
    result: 'superseded',
    why: 'the group is as the policy wants it',
    fields: commonFields(run),
  });
}

/** The policy only observes the group, so its plan will not be carried on. */
export function abandonObserved(engine: Engine, run: RunContext): Promise<void> {
  return closeOpenIntents(engine, run.group, {
    result: 'abandoned',
    why: 'the policy only observes the group',
    fields: commonFields(run),
  });
}

/** No policy names these groups any more, so nobody reconciles them. None may become named before this has resolved. */
export async function abandonReleased(engine: Engine, isNamed: (group: GroupRef) => boolean): Promise<void> {
  for (const group of await engine.journal.groupsWithOpenIntents()) {
    if (isNamed(group)) continue;
    await closeOpenIntents(engine, group, {
      result: 'abandoned',
      why: 'no policy names the group',
      fields: {},
    });
  }
}

interface Closing {
  readonly result: IntentOutcome['result'];
  readonly why: string;
  readonly fields: CommonFields;
}

async function closeOpenIntents(
  { journal, telemetry }: Engine,
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
