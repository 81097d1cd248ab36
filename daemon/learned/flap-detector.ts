// Notices that something else keeps undoing our changes (a console user, Terraform, another controller):
// the same rules drift again and again while the policies stay as they are. We go on repairing, but at a
// falling rate, and say what alternates.
import type { Diff } from '../../reconciler/plan/plan.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';

/** Repairs of the same drift after which it counts as flapping. */
export const FLAPPING_ROUNDS = 5;
const MIN_FIRST_DELAY_MS = 60_000;
const MAX_DELAY_MS = 60 * 60_000;
/** A calm of this many times the last delay (or of the longest one at most) ends the flapping. */
const CALM_FACTOR = 3;

export interface Flapping {
  readonly rounds: number;
  /** Identities of the rules that alternate. */
  readonly identities: readonly string[];
  /** How long to leave the group alone after this repair. */
  readonly delayMs: number;
}

export class FlapWatch {
  readonly #firstDelayMs: number;
  #rounds = 0;
  #identities: ReadonlySet<string> = new Set();
  #lastMs = -Infinity;
  #delayMs: number;

  /** `resyncMs`: time between two looks at a group that does not flap. A flapping one is left alone for at least that. */
  constructor(resyncMs: number) {
    this.#firstDelayMs = Math.max(MIN_FIRST_DELAY_MS, resyncMs);
    this.#delayMs = this.#firstDelayMs;
  }

  /** Notes a repaired drift at `nowMs`, monotonic; answers how the group flaps, or null while it does not. */
  drifted(diff: Diff, nowMs: number): Flapping | null {
    const identities = driftIdentities(diff);
    const again = [...identities].filter((identity) => this.#identities.has(identity));
    const calmMs = Math.min(CALM_FACTOR * this.#delayMs, this.#longestMs) + this.#delayMs;
    const goesOn = again.length > 0 && nowMs - this.#lastMs <= calmMs;
    this.#rounds = goesOn ? this.#rounds + 1 : 1;
    this.#identities = identities;
    this.#lastMs = nowMs;
    this.#delayMs = this.#delayAfter(this.#rounds);
    if (this.#rounds < FLAPPING_ROUNDS) return null;
    return { rounds: this.#rounds, identities: again.sort(), delayMs: this.#delayMs };
  }

  /** A changed policy is a new start. */
  reset(): void {
    this.#rounds = 0;
    this.#identities = new Set();
  }

  #delayAfter(rounds: number): number {
    const doublings = Math.max(0, rounds - FLAPPING_ROUNDS);
    return Math.min(this.#firstDelayMs * 2 ** Math.min(doublings, 20), this.#longestMs);
  }

  get #longestMs(): number {
    return Math.max(MAX_DELAY_MS, this.#firstDelayMs);
  }
}

function driftIdentities(diff: Diff): Set<string> {
  const rules = [
    ...diff.missing.map(({ rule }) => rule),
    ...diff.surplus.map(({ rule }) => rule),
    ...diff.altered.flatMap(({ from, to }) => [from.rule, to.rule]),
  ];
  return new Set(rules.map(ruleIdentity));
}
