// Calls whose result stayed unknown, and for which nothing is left to do. Those of a plan that goes on are found
// again by run-step.ts, which sends them once more with their own token.
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import type { Outcome } from '../journal/journal.ts';
import type { CommonFields } from '../telemetry/events.ts';
import type { Engine } from './engine.ts';
import { commonFields, type RunContext } from './run-context.ts';

/** The group is as the policy wants it, however it came to be so. */
export function supersedeOpenIntents(engine: Engine, run: RunContext): void {
  closeOpenIntents(engine, {
    result: 'superseded',
    why: 'the group is as the policy wants it',
    isMeant: isOf(run.group),
    fields: commonFields(run),
  });
}

/** The policy only observes the group, so its plan will not be carried on. */
export function abandonObserved(engine: Engine, run: RunContext): void {
  closeOpenIntents(engine, {
    result: 'abandoned',
    why: 'the policy only observes the group',
    isMeant: isOf(run.group),
    fields: commonFields(run),
  });
}

/** No policy names the group any more: nobody will look at it. */
export function abandonReleased(engine: Engine, isNamed: (group: GroupRef) => boolean): void {
  closeOpenIntents(engine, {
    result: 'abandoned',
    why: 'no policy names the group',
    isMeant: (group) => !isNamed(group),
    fields: {},
  });
}

interface Closing {
  readonly result: Outcome['result'];
  readonly why: string;
  readonly isMeant: (group: GroupRef) => boolean;
  readonly fields: CommonFields;
}

function closeOpenIntents(engine: Engine, { result, why, isMeant, fields }: Closing): void {
  for (const { group, clientToken, operation, revision } of engine.journal.openIntents()) {
    if (!isMeant(group)) continue;
    engine.journal.closeIntent(clientToken, { result, requestId: null, code: null });
    const { account, region, id } = group;
    const about = { account, region, group: id, revision, ...fields };
    engine.telemetry.emit('intent.recovered', {
      ...about,
      operation,
      clientToken,
      outcome: `${result}: ${why}`,
    });
  }
}

const isOf =
  (wanted: GroupRef) =>
  (group: GroupRef): boolean =>
    groupKey(group) === groupKey(wanted);
