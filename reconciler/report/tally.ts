// What is said of all groups together, counted as they come: a plan of ten thousand groups need not be held for it.
import { groupKey, MODES, type GroupRef, type Mode } from '../model/group.ts';
import { HashOfList } from '../plan/hash.ts';
import type { GroupPlan } from '../plan/plan.ts';

type ResultStatus = GroupPlan['status'] | 'error';

/**
 * Of rules and calls those that would be carried out: observed and blocked groups have none. `differing`: groups that
 * are not as their policies say, observed and blocked ones included.
 */
export interface Summary {
  readonly calls: number;
  readonly add: number;
  readonly modify: number;
  readonly remove: number;
  readonly blocked: number;
  readonly observed: number;
  readonly unreadable: number;
  readonly differing: number;
}

export class Tally {
  readonly #statuses: Record<ResultStatus, number> = {
    converged: 0,
    pending: 0,
    observed: 0,
    blocked: 0,
    error: 0,
  };
  readonly #calls = { calls: 0, add: 0, modify: 0, remove: 0 };
  readonly #hash = new HashOfList();
  readonly #modes = new Set<Mode>();
  #groups = 0;
  #notHitless = 0;

  /** In order of account, region and id: `hash` hangs on it. */
  add(result: GroupPlan | (GroupRef & { readonly mode: Mode; readonly error: string })): void {
    const isFailed = 'error' in result;
    this.#hash.add(isFailed ? groupKey(result) : result.hash);
    this.#groups += 1;
    this.#modes.add(result.mode);
    this.#statuses[isFailed ? 'error' : result.status] += 1;
    // Those of an observed or blocked group would not be carried out.
    if (!isFailed && result.status === 'pending') this.#count(result);
  }

  #count({ steps, hitless }: GroupPlan): void {
    const calls = this.#calls;
    if (!hitless) this.#notHitless += 1;
    calls.calls += steps.length;
    for (const step of steps) {
      if (step.kind === 'authorize') calls.add += step.rules.length;
      else if (step.kind === 'modify') calls.modify += 1;
      else calls.remove += step.targets.length;
    }
  }

  get groups(): number {
    return this.#groups;
  }

  get converged(): number {
    return this.#statuses.converged;
  }

  /** Of the groups whose plans would be carried out, those whose plans cannot keep the promise. */
  get notHitless(): number {
    return this.#notHitless;
  }

  /** In one fixed order. */
  get modes(): readonly Mode[] {
    return MODES.filter((mode) => this.#modes.has(mode));
  }

  get summary(): Summary {
    const { blocked, observed, error, pending } = this.#statuses;
    return { ...this.#calls, blocked, observed, unreadable: error, differing: pending + observed + blocked };
  }

  /** SHA-256 (hex) over the plans so far. */
  get hash(): string {
    return this.#hash.hex();
  }

  /** As `planExitCode` says. */
  get exitCode(): 0 | 1 | 2 | 3 {
    const { blocked, observed, error, pending } = this.#statuses;
    if (error > 0) return 1;
    if (blocked > 0) return 3;
    return pending + observed > 0 ? 2 : 0;
  }
}
