// Groups that no policy names any more, of which the journal still knows something: what becomes of that.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { abandonReleased } from '../../reconcile/intents.ts';

/** Closes their intents and forgets their facts, as far as this replica looks after them. */
export async function abandonLeft(
  engine: Pick<Engine, 'journal' | 'telemetry' | 'ownership'>,
  isManaged: (group: GroupRef) => boolean,
): Promise<void> {
  const { journal, ownership } = engine;
  const stays = (group: GroupRef): boolean =>
    isManaged(group) || !ownership.mayWrite(group) || ownership.earlierCallsEndInMs(group) > 0;
  await abandonReleased(engine, stays);
  for (const group of await journal.groupsWithFacts()) if (!stays(group)) await journal.forget(group);
}

/** Every group that the journal knows something of. */
export async function groupsKnown({ journal }: Pick<Engine, 'journal'>): Promise<readonly GroupRef[]> {
  return [...(await journal.groupsWithOpenIntents()), ...(await journal.groupsWithFacts())];
}
