// What the log says of policies each time they were looked at: what is wrong with them, what came into force, or nothing.
import { isSameList } from '../../../reconciler/model/collections.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import type { Engine } from '../../reconcile/engine.ts';
import type { DesiredUpdate } from '../../source/desired.ts';
import type { LoadedPolicies } from '../../source/source.ts';
import { reportLoaded, reportProblems, warningText } from '../policy-events.ts';
import type { GateVerdict } from '../revision-gate.ts';

export interface PolicyLook {
  readonly update: DesiredUpdate;
  readonly loaded: LoadedPolicies;
  readonly verdict: GateVerdict;
  /** Whether the look before ended early: what was new then has not been said. */
  readonly wasCutShort: boolean;
}

export class PolicyNews {
  readonly #engine: Engine;
  #notes: readonly string[] = [];
  #groups: readonly DesiredGroup[] = [];
  #wasRejected = false;
  #wasHeld = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What is doubtful about the policies as they were last looked at, in sentences. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  tell(look: PolicyLook): void {
    const { update, loaded, verdict } = look;
    const isRejected = reportProblems(this.#engine, update);
    if (this.#isNews(look, isRejected)) {
      const { released, weakened } = verdict;
      reportLoaded(this.#engine, { ...update, releasedGroups: released, weakened }, loaded);
    }
    this.#notes = loaded.warnings.map(warningText);
    this.#groups = verdict.state.groups;
    this.#wasRejected = isRejected;
    this.#wasHeld = verdict.held !== null;
  }

  /** Whether something came into force that has not been said. */
  #isNews({ update, loaded, verdict, wasCutShort }: PolicyLook, isRejected: boolean): boolean {
    const { held, released, state } = verdict;
    if (held?.reason === 'brake') return false;
    const hasLost = released.length > 0;
    // The rejection says already what stays in force.
    if (isRejected && isSameList(this.#groups, state.groups)) return hasLost;
    const isNoted = loaded.warnings.map(warningText).some((note) => !this.#notes.includes(note));
    return update.changed || wasCutShort || hasLost || this.#wasHeld || this.#wasRejected || isNoted;
  }
}
