// The end of groups that are no longer managed: their intents are closed, their facts forgotten. The journal is searched for
// such groups only where there may be some, since an edit that releases none is to cost nothing that grows with the estate.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { abandonReleased } from '../../reconcile/intents.ts';
import type { Controller } from '../controller.ts';

export class ReleasedGroups {
  readonly #engine: Pick<Engine, 'journal' | 'telemetry' | 'ownership'>;
  readonly #controller: Pick<Controller, 'knows' | 'recordOf'>;
  /** How many groups had left when all of which the journal knew facts were managed; null: not all were. */
  #leftWhenClean: number | null = null;

  constructor(
    engine: Pick<Engine, 'journal' | 'telemetry' | 'ownership'>,
    controller: Pick<Controller, 'knows' | 'recordOf'>,
  ) {
    this.#engine = engine;
    this.#controller = controller;
  }

  /** This replica looks after other groups than before. */
  expectMore(): void {
    this.#leftWhenClean = null;
  }

  /**
   * Of all groups but those that may be `meant`.
   *
   * @param left how many groups have left management since the start
   */
  async abandon(meant: (group: GroupRef) => boolean, left: number): Promise<void> {
    const { journal, ownership } = this.#engine;
    // What another replica looks after is not ours to end.
    const stays = (group: GroupRef): boolean =>
      meant(group) || this.#controller.knows(group) || !ownership.mayWrite(group);
    // What an earlier replica has called may still arrive; but its notes would be refused, so the facts need not wait.
    await abandonReleased(this.#engine, (group) => stays(group) || ownership.earlierCallsEndInMs(group) > 0);
    if (left === this.#leftWhenClean) return;
    let isClean = true;
    for (const group of await journal.groupsWithFacts()) {
      if (!stays(group)) await journal.forget(group);
      // Its last run has not ended, or its place was not handed over yet.
      else if (this.#controller.recordOf(group) === null) isClean = false;
    }
    this.#leftWhenClean = isClean ? left : null;
  }
}

/** Every group that the journal knows something of. */
export async function groupsKnown({ journal }: Pick<Engine, 'journal'>): Promise<readonly GroupRef[]> {
  return [...(await journal.groupsWithOpenIntents()), ...(await journal.groupsWithFacts())];
}
