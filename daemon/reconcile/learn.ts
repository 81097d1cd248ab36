// What a plan that was carried out taught about its group, beyond the plan itself.
import { dialectOf, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { LegacyPriority } from '../../reconciler/plan/plan.ts';
import { isRuleQuotaRefusal, mayNotKnowTheForm, type Failure } from '../ecs/failures/failure.ts';
import { afterRepair, NO_DRIFT, type DriftHistory, type Flapping } from '../learned/flap-detector.ts';
import type { GroupMemory } from '../learned/group-memory.ts';
import { nextLegacyPriority } from '../learned/legacy-priority.ts';
import { quarantineRules } from '../learned/quarantine.ts';
import { quotaAfterConverging, quotaAfterRefusal, type QuotaEstimate } from '../learned/quota-estimate.ts';
import type { Executed } from './execute/execute-plan.ts';
import type { GroupRun } from './group-run.ts';
import type { RunEnd } from './outcome.ts';

export interface Lesson {
  readonly memory: GroupMemory;
  /** Whether rules were quarantined, so that the next plan has less to try. */
  readonly isLessToDo: boolean;
  /** How something else keeps undoing the work; null if it does not. */
  readonly flapping: Flapping | null;
}

export const nothingLearned = (memory: GroupMemory): Lesson => ({
  memory,
  isLessToDo: false,
  flapping: null,
});

export function learn(run: GroupRun, executed: Executed, end: RunEnd): Lesson {
  const { memory, progress } = executed;
  const nowMs = run.engine.clock.monotonicMs();
  const refusals = [...progress.refusals, ...(end.kind === 'differs' ? end.silentNoops : [])];
  const refused = refusals.map(({ step, failure: { message } }) => ({ step, reason: message }));
  const { quarantine, isLessToDo } = quarantineRules(memory.quarantine, refused, nowMs);
  const { history, flapping } = driftAfter(run, executed, end);
  return {
    memory: {
      ...memory,
      quarantine,
      drift: history,
      quota: quotaAfter(memory.quota, end, nowMs),
      levelWithoutRules: levelAfter(executed, end),
      legacyPriority: priorityAfter(executed, end),
      settled: settledAfter(executed, end),
      // The same drift may come again, and is another one then.
      toldPlan: end.kind === 'asPlanned' ? null : memory.toldPlan,
    },
    isLessToDo,
    flapping,
  };
}

/** Only a look that changed nothing and has noted all shows that nothing is left to note. */
const settledAfter = ({ mark }: Executed, end: RunEnd): string | null =>
  end.kind === 'asPlanned' && end.changes === 0 && end.quarantined === 0 ? mark : null;

function quotaAfter(before: QuotaEstimate, end: RunEnd, nowMs: number): QuotaEstimate {
  if (end.kind === 'asPlanned') return quotaAfterConverging(before, nowMs);
  const refusal = refusalThatStopped(end);
  return refusal !== null && isRuleQuotaRefusal(refusal) ? quotaAfterRefusal(before, nowMs) : before;
}

/** A call in a form that the endpoint may not know was refused: the guess what it speaks was wrong. */
function levelAfter({ memory, levelIsGuess }: Executed, end: RunEnd): ApiLevel {
  const refusal = refusalThatStopped(end);
  const isWrongGuess = levelIsGuess && refusal !== null && mayNotKnowTheForm(refusal);
  const { fallback } = dialectOf({ apiLevel: memory.levelWithoutRules });
  return isWrongGuess && fallback !== null ? fallback : memory.levelWithoutRules;
}

const refusalThatStopped = (end: RunEnd): Failure | null =>
  end.kind === 'stopped' && end.failure?.kind === 'rejected' ? end.failure : null;

function priorityAfter({ memory, plan, input }: Executed, end: RunEnd): LegacyPriority {
  const { legacyPriority } = memory;
  if (!dialectOf(input.described).mayIgnorePriority) return legacyPriority;
  switch (end.kind) {
    case 'stopped':
    case 'unverified':
      return nextLegacyPriority(legacyPriority, plan, end.failure);
    case 'differs':
      return nextLegacyPriority(legacyPriority, plan, null);
    case 'aborted':
    case 'unread':
    case 'observed':
    case 'waits':
    case 'changed':
    case 'blocked':
    case 'asPlanned':
      return legacyPriority;
  }
}

/** Only a repair under an unchanged policy can be the work of someone else. */
function driftAfter(
  { engine, request }: GroupRun,
  { memory, plan }: Executed,
  end: RunEnd,
): { readonly history: DriftHistory; readonly flapping: Flapping | null } {
  if (end.kind !== 'asPlanned' || end.changes === 0) return { history: memory.drift, flapping: null };
  if (request.cause !== 'drift') return { history: NO_DRIFT, flapping: null };
  const nowMs = engine.clock.monotonicMs();
  return afterRepair(memory.drift, { diff: plan.diff, nowMs, resyncMs: engine.resyncMs });
}
