// What came of planning some groups, and what is said of all of them together.
import { groupKey, type GroupRef, type Mode } from '../model/group.ts';
import { compareText } from '../model/problem.ts';
import { sha256 } from '../plan/hash.ts';
import type { GroupPlan } from '../plan/plan.ts';

/** A group of which no plan could be made. */
export interface FailedGroup extends GroupRef {
  readonly mode: Mode;
  readonly error: string;
}

export type GroupResult = GroupPlan | FailedGroup;

export const isFailed = (result: GroupResult): result is FailedGroup => 'error' in result;

/**
 * Of rules and calls those that would be carried out: observed and blocked groups have none. `differing`: groups that
 * are not as their policies say, observed and blocked ones included.
 */
export type Summary = ReturnType<typeof summarise>;

/** What `apply --plan` is told: the same plans have the same hash, in whatever order they are given. */
export const hashOfPlans = (results: readonly GroupResult[]): string =>
  sha256(sortResults(results).map((result) => (isFailed(result) ? groupKey(result) : result.hash)));

export function sortResults(results: readonly GroupResult[]): GroupResult[] {
  return [...results].sort(
    (a, b) => compareText(a.account, b.account) || compareText(a.region, b.region) || compareText(a.id, b.id),
  );
}

export function summarise(results: readonly GroupResult[]) {
  const plans = results.filter((result): result is GroupPlan => !isFailed(result));
  const count = (wanted: GroupPlan['status']): number =>
    plans.filter(({ status }) => status === wanted).length;
  const steps = plans.filter(({ status }) => status === 'pending').flatMap((plan) => plan.steps);
  return {
    calls: steps.length,
    add: steps.reduce((sum, step) => sum + (step.kind === 'authorize' ? step.rules.length : 0), 0),
    modify: steps.filter((step) => step.kind === 'modify').length,
    remove: steps.reduce((sum, step) => sum + (step.kind === 'revoke' ? step.targets.length : 0), 0),
    blocked: count('blocked'),
    observed: count('observed'),
    unreadable: results.length - plans.length,
    differing: plans.length - count('converged'),
  };
}

/**
 * Of `rampart plan`: 1 if a group could not be planned, else 3 if one is blocked, else 2 if one differs, else 0. An
 * observed group differs, whatever would block it: it is not written to.
 */
export function planExitCode(results: readonly GroupResult[]): 0 | 1 | 2 | 3 {
  const statuses = new Set(results.map((result) => (isFailed(result) ? 'error' : result.status)));
  if (statuses.has('error')) return 1;
  if (statuses.has('blocked')) return 3;
  return statuses.has('pending') || statuses.has('observed') ? 2 : 0;
}
