// What is remembered of a group from one reconcile to the next: a value that goes into a reconcile, and another one
// that comes out of it. Lost with the process, since all of it can be found out again.
import { ASSUMED_API_LEVEL, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { LegacyPriority } from '../../reconciler/plan/plan.ts';
import { NO_DRIFT, type DriftHistory } from './flap-detector.ts';
import { NO_IGNORED_OPENS, type IgnoredOpens } from './ignored-opens.ts';
import type { LastPlan } from './last-plan.ts';
import { EMPTY_QUARANTINE, type Quarantine } from './quarantine.ts';
import type { QuotaEstimate } from './quota-estimate.ts';

export interface ToldPlan {
  /** Of the changes, however they are made. */
  readonly hash: string;
  /** How they are made, as far as it is told: the same changes may be tried in another way. */
  readonly way: string;
}

export interface GroupMemory {
  readonly quarantine: Quarantine;
  readonly drift: DriftHistory;
  readonly quota: QuotaEstimate;
  readonly ignoredOpens: IgnoredOpens;
  /** Null: none, or one that was carried out. */
  readonly lastPlan: LastPlan | null;
  /** What the last look left nothing to note of: see `settledMark`; null: it may have. */
  readonly settled: string | null;
  /** What was told of the plan that has not come to its end since, however often it was tried; null: there is none. */
  readonly toldPlan: ToldPlan | null;
  /** When a plan was last carried out, monotonic. To begin with now, since another process may have written just before. */
  readonly wroteAtMs: number;
  /** Found out by trying, where the endpoint may ignore a new priority. */
  readonly legacyPriority: LegacyPriority;
  /** What the group is taken for while it has no rules to tell by. Found out by trying. */
  readonly levelWithoutRules: ApiLevel;
}

/** `nowMs`: monotonic. */
export const newGroupMemory = (nowMs: number): GroupMemory => ({
  quarantine: EMPTY_QUARANTINE,
  drift: NO_DRIFT,
  quota: null,
  ignoredOpens: NO_IGNORED_OPENS,
  lastPlan: null,
  settled: null,
  toldPlan: null,
  wroteAtMs: nowMs,
  legacyPriority: 'modify',
  levelWithoutRules: ASSUMED_API_LEVEL,
});

/** A changed policy deserves a new try of every rule. */
export const withoutQuarantine = (memory: GroupMemory): GroupMemory => ({
  ...memory,
  quarantine: EMPTY_QUARANTINE,
});
