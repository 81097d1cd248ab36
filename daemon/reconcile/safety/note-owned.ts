// Keeps in the journal which rules are ours: noted once the cloud has said yes to a call, and by id from the next read.
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import type { Effect } from '../../journal/effect.ts';
import { ownedAfterCall, ownedAfterRead } from './owned-rules.ts';
import type { GroupRun } from '../group-run.ts';

type OwnRun = Pick<GroupRun, 'engine' | 'group'>;

/** To be called before the intent is closed: after a crash in between the same call is made again, and noted then. */
export async function noteBrought({ engine: { journal }, group }: OwnRun, effect: Effect): Promise<void> {
  await journal.setFacts(group, ownedAfterCall(await journal.facts(group), effect));
}

/** The read must show what was written before it. */
export async function noteOwned(
  { engine: { journal }, group }: OwnRun,
  described: DescribedGroup,
): Promise<void> {
  await journal.setFacts(group, ownedAfterRead(await journal.facts(group), described));
}
