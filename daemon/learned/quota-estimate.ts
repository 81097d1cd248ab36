// How many rules a group may hold cannot be known beforehand: the vendor counts them per network interface, over all
// groups of its instances (API notes, section 5). What a refusal shows is used until it is time to try again.
import { retryDelayMs } from './quarantine.ts';

/** What the last refusals for lack of room showed; null: nothing, there is as much room as configured. */
export type QuotaEstimate = null | {
  /** What the group held when it was next read; null until then. */
  readonly limit: number | null;
  readonly refusals: number;
  /** Monotonic. */
  readonly retryAtMs: number;
};

/** The cloud refused a single rule because the group is full. */
export function quotaAfterRefusal(before: QuotaEstimate, nowMs: number): QuotaEstimate {
  const refusals = (before?.refusals ?? 0) + 1;
  return { limit: null, refusals, retryAtMs: nowMs + retryDelayMs(refusals) };
}

/** The group was read, and holds so many rules. */
export const quotaAfterRead = (before: QuotaEstimate, held: number): QuotaEstimate =>
  before?.limit === null ? { ...before, limit: held } : before;

/** The group converged: if that was with as much room as configured, refusals are counted from one again. */
export const quotaAfterConverging = (before: QuotaEstimate, nowMs: number): QuotaEstimate =>
  isOver(before, nowMs) ? null : before;

/** Most rules to plan with; null: as many as configured. */
export const ruleLimit = (estimate: QuotaEstimate, nowMs: number): number | null =>
  estimate === null || isOver(estimate, nowMs) ? null : estimate.limit;

const isOver = (estimate: QuotaEstimate, nowMs: number): boolean =>
  estimate !== null && estimate.retryAtMs <= nowMs;
