// All that decides the plan of a group, put together in one place, so that the daemon and every command judge alike.
import type { ReadLists } from '../../reconciler/exposure/engine/context.ts';
import type { KeptRule } from '../../reconciler/judge/break-glass.ts';
import { scopedByCloud } from '../../reconciler/judge/scope.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Learned, PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { GroupFacts } from '../journal/facts.ts';
import type { JournalDesk } from '../journal/journal.ts';
import { ownedRules } from './safety/owned-rules.ts';
import type { Engine } from './engine.ts';
import { breakGlassOf, keptBefore, keptNow } from './safety/break-glass.ts';
import { freezeOf, frozenBy } from './safety/freezes.ts';
import { safetyInput } from './safety/safety-input.ts';

/** What is read of the journal. Whoever only plans may read that of a daemon beside it. */
export type PlanningDesk = Pick<JournalDesk, 'pauses' | 'facts' | 'approvals' | 'endedFreezes'>;

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
  readonly lists: ReadLists;
  /** Ids of what rules name and the cloud says does not exist. */
  readonly absent: ReadonlySet<string>;
}

export interface GroupInput {
  readonly input: PlanInput & { readonly learned: Learned };
  /** As they were when the input was made. */
  readonly facts: GroupFacts;
  /** What is to be known of rules by hand from now on. */
  readonly breakGlass: readonly KeptRule[];
}

export async function groupInput(
  engine: Pick<Engine, 'clock' | 'planOptions' | 'live' | 'invocation' | 'demands'>,
  desk: PlanningDesk,
  { desired, described, learned, lists, absent }: GroupReading,
): Promise<GroupInput> {
  const nowMs = engine.clock.nowMs();
  const [holds, facts, approvals] = await Promise.all([
    desk.pauses(nowMs, described),
    desk.facts(described),
    desk.approvals(nowMs, described),
  ]);
  const judged = safetyInput(engine, { desired, described, facts, approvals, nowMs });
  const { maxHours } = engine.live().breakGlass;
  const asked = { desired, described, before: facts.breakGlass, safety: judged, lists, nowMs };
  const breakGlass = breakGlassOf(maxHours, asked);
  const announced = new Set([...judged.announced, ...keptBefore(breakGlass, nowMs)]);
  const safety = { ...judged, announced };
  const frozen = frozenBy(await freezeNow(engine, desk, described, nowMs), {
    desired,
    inForce: facts.inForce,
    nowMs,
  });
  const given = { desired, described, settings: engine.planOptions, learned, lists, absent };
  const keptRules = keptNow(breakGlass, nowMs);
  const input = {
    ...given,
    keptRules,
    ownedRules: ownedRules(facts, described),
    frozen,
    holds,
    safety,
    nowMs,
  };
  return { input, facts, breakGlass };
}

/** The journal is asked only where the config has freezes. */
async function freezeNow(
  { live }: Pick<Engine, 'live'>,
  desk: Pick<PlanningDesk, 'endedFreezes'>,
  described: DescribedGroup,
  nowMs: number,
): Promise<ReturnType<typeof freezeOf>> {
  const { freeze } = live();
  if (freeze.length === 0) return null;
  return freezeOf(scopedByCloud(described), { freezes: freeze, ended: await desk.endedFreezes(), nowMs });
}
