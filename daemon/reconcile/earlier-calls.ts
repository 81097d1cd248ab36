// Calls of whoever looked after a group before may still be under way when this replica takes it over. An intent that was
// found open alone is sent again with its own token, so that a late first arrival has no effect of its own; any other is
// waited for, until it can arrive no more.
import { stepRequest } from '../ecs/convert/requests.ts';
import type { GroupRun } from './group-run.ts';
import { isSameCall } from './intents.ts';
import type { Planned } from './read.ts';

/** For how long no intent of the group may be closed for what the group looks like, milliseconds; 0: there is none. */
export async function earlierCallsEndInMs({ engine, group }: GroupRun): Promise<number> {
  const leftMs = engine.ownership.earlierCallsEndInMs(group);
  if (leftMs === 0) return 0;
  const open = await engine.journal.openIntents(group);
  return open.length === 0 ? 0 : leftMs;
}

/** For how long the plan may not begin, milliseconds; 0: it may, or has nothing to begin. */
export async function mustWaitMs(run: GroupRun, { plan, input }: Planned): Promise<number> {
  const [step] = plan.steps;
  const leftMs = run.engine.ownership.earlierCallsEndInMs(run.group);
  if (step === undefined || leftMs === 0) return 0;
  const open = await run.engine.journal.openIntents(run.group);
  const first = stepRequest(run.group, step, input.described.apiLevel);
  // A second one could still arrive after this call, and undo it.
  return open.every((intent) => isSameCall(intent, first)) ? 0 : leftMs;
}
