// A paused group is not planned for. A plan that was under way when someone paused goes on to its end.
import type { Pause } from '../../../daemon/journal/journal.ts';
import type { Check, Fail, PlanFact } from '../facts.ts';

export class PauseCheck implements Check {
  readonly #pauses: () => readonly Pause[];
  readonly #fail: Fail;

  constructor(pauses: () => readonly Pause[], fail: Fail) {
    this.#pauses = pauses;
    this.#fail = fail;
  }

  planned({ group, policy }: PlanFact): void {
    // Of a group that is only observed a plan is told, too, but never carried out.
    if (policy.mode === 'observe') return;
    const pause = this.#pauses().find((each) => each.group === null || each.group.id === group);
    if (pause !== undefined) this.#fail('pauses', `a plan is made for ${group}, which is paused`);
  }
}
