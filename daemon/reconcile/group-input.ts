// All that decides the plan of a group, put together in one place, so that the daemon and every command judge alike.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Learned, PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { GroupFacts } from '../journal/facts.ts';
import type { JournalDesk } from '../journal/journal.ts';
import type { Engine } from './engine.ts';
import { safetyInput } from './safety/safety-input.ts';

/** What is read of the journal. Whoever only plans may read that of a daemon beside it. */
export type PlanningDesk = Pick<JournalDesk, 'pauses' | 'facts' | 'approvals'>;

export const NOTHING_LEARNED: Learned = {
  quarantined: { desired: new Set(), described: new Set() },
  ruleLimit: null,
  legacyPriority: 'modify',
  listSizes: {},
  unreadLists: [],
};

export interface GroupReading {
  readonly desired: GroupPolicy;
  readonly described: DescribedGroup;
  readonly learned: Learned;
}

export interface GroupInput {
  readonly input: PlanInput & { readonly learned: Learned };
  /** As they were when the input was made. */
  readonly facts: GroupFacts;
}

export async function groupInput(
  engine: Pick<Engine, 'clock' | 'planOptions' | 'live' | 'invocation'>,
  desk: PlanningDesk,
  { desired, described, learned }: GroupReading,
): Promise<GroupInput> {
  const nowMs = engine.clock.nowMs();
  const [holds, facts, approvals] = await Promise.all([
    desk.pauses(nowMs, described),
    desk.facts(described),
    desk.approvals(nowMs, described),
  ]);
  const safety = safetyInput(engine, { desired, described, facts, approvals, nowMs });
  const input = { desired, described, settings: engine.planOptions, learned, holds, safety, nowMs };
  return { input, facts };
}
