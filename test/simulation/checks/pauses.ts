// A paused group is not planned for. A plan that was under way when someone paused goes on to its end.
import type { Pause } from '../../../daemon/journal/journal.ts';
import type { Check, Fail, PlanFact } from '../facts.ts';

export class PauseCheck implements Check {
  readonly #pauses: () => readonly Pause[];
  readonly #fail: Fail;
  readonly #pausedWhenDescribed = new Map<string, boolean>();

  constructor(pauses: () => readonly Pause[], fail: Fail) {
    this.#pauses = pauses;
    this.#fail = fail;
  }

  described(group: string): void {
    this.#pausedWhenDescribed.set(group, this.#isPaused(group));
  }

  /** One that was told earlier is made when the group is described, and may wait for its calls until it is begun. */
  planned({ group, policy, isRetry }: PlanFact): void {
    // Of a group that is only observed a plan is told, too, but never carried out.
    if (policy.mode === 'observe') return;
    const isPaused = isRetry ? this.#pausedWhenDescribed.get(group) === true : this.#isPaused(group);
    if (isPaused) this.#fail('pauses', `a plan is made for ${group}, which is paused`);
  }

  #isPaused(id: string): boolean {
    return this.#pauses().some(({ group }) => group === null || group.id === id);
  }
}
