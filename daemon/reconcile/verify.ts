// After the last call the group is described again: nothing that a call answered is believed.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { leavesOutRulesOnly, type GroupPlan } from '../../reconciler/plan/plan.ts';
import type { Executed } from './execute/execute-plan.ts';
import { reportSilentNoops } from './execute/silent-noops.ts';
import { commonFields, type GroupRun } from './group-run.ts';
import { noteOwned } from './safety/note-owned.ts';
import type { RunEnd } from './outcome.ts';
import { showsRecentWrites } from './recent-writes.ts';
import { waitUntilDescribed } from './wait-until-described.ts';

/** Where the run ended: a plan that came to its end is verified, if it had steps. */
export async function verifyGroup(run: GroupRun, executed: Executed): Promise<RunEnd> {
  const { progress, plan, input } = executed;
  const { described } = input;
  if (progress.stop !== null) return progress.stop;
  if (plan.steps.length === 0) return asPlanned(executed, described);
  let judged: { readonly group: DescribedGroup; readonly isDone: boolean } | null = null;
  const isAsPlanned = async (group: DescribedGroup): Promise<boolean> => {
    if (judged?.group === group) return judged.isDone;
    await run.engine.planningTurn(run.urgency, run.signal);
    judged = { group, isDone: isDone(planGroup({ ...input, described: group })) };
    return judged.isDone;
  };
  // What differs beside our own writes is the work of someone else: no waiting helps.
  const seen = await waitUntilDescribed(
    run,
    described.apiLevel,
    async (group) =>
      (await isAsPlanned(group)) || (await showsRecentWrites(run.engine, executed.memory, group)),
  );
  if (run.signal.aborted) return { kind: 'aborted' };
  if (!seen.ok) return { kind: 'unverified', failure: seen.error };
  const { group } = seen.value;
  run.engine.telemetry.emit('group.described', { ...commonFields(run), rules: group.rules.length });
  if (await isAsPlanned(group)) {
    await noteOwned(run, group);
    return asPlanned(executed, group);
  }
  return { kind: 'differs', silentNoops: reportSilentNoops(run, { plan, done: plan.steps }, group) };
}

/** Nothing is left to do now. */
const isDone = ({ status, steps, blockedBy }: GroupPlan): boolean =>
  status === 'converged' || (steps.length === 0 && leavesOutRulesOnly(blockedBy));

function asPlanned({ progress, plan, input, isSettled }: Executed, { rules }: DescribedGroup): RunEnd {
  const { desired, described } = input.learned.quarantined;
  const quarantined = desired.size + described.size;
  return { kind: 'asPlanned', plan, changes: progress.changes, rules, quarantined, isSettled };
}
