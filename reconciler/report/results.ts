// What came of planning some groups, and what is said of all of them together.
import type { GroupRef, Mode } from '../model/group.ts';
import { compareText } from '../model/problem.ts';
import type { GroupPlan } from '../plan/plan.ts';
import { Tally, type Summary } from './tally.ts';

/** A group of which no plan could be made. */
export interface FailedGroup extends GroupRef {
  readonly mode: Mode;
  readonly error: string;
}

export type GroupResult = GroupPlan | FailedGroup;

export const isFailed = (result: GroupResult): result is FailedGroup => 'error' in result;

/** What `apply --plan` is told: the same plans have the same hash, in whatever order they are given. */
export const hashOfPlans = (results: readonly GroupResult[]): string => tallyOf(sortResults(results)).hash;

export const sortResults = (results: readonly GroupResult[]): GroupResult[] => [...results].sort(compareRefs);

/** The order of every report. */
export const compareRefs = (a: GroupRef, b: GroupRef): number =>
  compareText(a.account, b.account) || compareText(a.region, b.region) || compareText(a.id, b.id);

export const summarise = (results: readonly GroupResult[]): Summary => tallyOf(results).summary;

/**
 * Of `rampart plan`: 1 if a group could not be planned, else 3 if one is blocked, else 2 if one differs, else 0. An
 * observed group differs, whatever would block it: it is not written to.
 */
export const planExitCode = (results: readonly GroupResult[]): 0 | 1 | 2 | 3 => tallyOf(results).exitCode;

export function tallyOf(results: readonly GroupResult[]): Tally {
  const tally = new Tally();
  for (const result of results) tally.add(result);
  return tally;
}
