// What freezes mean for the policies as a whole: a group that the policies name no more stays managed until the freeze
// ends, and then everything that waited is looked at again. What they mean for a plan is judged with the plan.
import { compareText } from '../../reconciler/model/problem.ts';
import type { DesiredGroup, DesiredState } from '../../reconciler/model/group.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import type { Engine } from '../reconcile/engine.ts';
import { activeFreezes, type ActiveFreeze } from '../reconcile/safety/freezes.ts';

export interface FrozenState {
  readonly state: DesiredState;
  /** Groups that would be released but for a freeze. */
  readonly kept: number;
}

export class FreezeWatch {
  readonly #engine: Pick<Engine, 'live' | 'clock' | 'journal'>;
  /** When the next freeze ends that was in force at the last load, Unix milliseconds. */
  #endsAtMs = Infinity;

  constructor(engine: Pick<Engine, 'live' | 'clock' | 'journal'>) {
    this.#engine = engine;
  }

  /** How long until a freeze ends. */
  get waitMs(): number {
    return Math.max(0, this.#endsAtMs - this.#engine.clock.nowMs());
  }

  /** Whether a freeze has ended since the last load. */
  get hasEnded(): boolean {
    return this.#engine.clock.nowMs() >= this.#endsAtMs;
  }

  /** With the groups in force that may not be released now. */
  async keep(state: DesiredState): Promise<FrozenState> {
    const active = await this.#active();
    this.#endsAtMs = Math.min(Infinity, ...active.map(({ untilMs }) => untilMs));
    if (active.length === 0) return { state, kept: 0 };
    const { desired } = await this.#engine.journal.estateFacts();
    const named = new Set(state.groups.map(desiredGroupKey));
    const kept = (desired?.groups ?? []).filter(
      (group) => !named.has(desiredGroupKey(group)) && active.some((freeze) => mayConcern(freeze, group)),
    );
    if (kept.length === 0) return { state, kept: 0 };
    const groups = [...state.groups, ...kept].sort((a, b) =>
      compareText(desiredGroupKey(a), desiredGroupKey(b)),
    );
    return { state: { ...state, groups }, kept: kept.length };
  }

  async #active(): Promise<readonly ActiveFreeze[]> {
    const { live, journal, clock } = this.#engine;
    const { freeze } = live();
    return freeze.length === 0 ? [] : activeFreezes(freeze, await journal.endedFreezes(), clock.nowMs());
  }
}

/** Which ids and names a selector means is not known here, so only what surely differs is left out. */
function mayConcern(
  { freeze: { groups } }: ActiveFreeze,
  { account, region, selector }: DesiredGroup,
): boolean {
  if (groups === undefined) return true;
  const { ids, accounts, regions } = groups;
  if (accounts !== undefined && !accounts.includes(account)) return false;
  if (regions !== undefined && !regions.includes(region)) return false;
  return ids === undefined || selector.kind !== 'id' || ids.includes(selector.id);
}
