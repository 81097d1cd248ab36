// Notices that something else keeps undoing our changes (a console user, Terraform, another controller):
// the same rules drift again and again while the policies stay as they are. We go on repairing, but at a
// falling rate, and say what alternates.
import type { Diff } from '../../reconciler/plan/plan.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';

/** Repairs of the same drift after which it counts as flapping. */
export const FLAPPING_ROUNDS = 5;
const MIN_FLAP_DELAY_MS = 60_000;
const MAX_FLAP_DELAY_MS = 60 * 60_000;
/** A calm of this many times the last delay (or of the longest one at most) ends the flapping. */
const CALM_FACTOR = 3;

/** The last repair of drift and how often the like was repaired in a row; null: none under this policy. */
export type DriftHistory = null | {
  readonly rounds: number;
  /** Identities of the rules that drifted. */
  readonly identities: ReadonlySet<string>;
  /** Monotonic. */
  readonly lastMs: number;
  readonly delayMs: number;
};

export interface Flapping {
  readonly rounds: number;
  /** Identities of the rules that alternate. */
  readonly identities: readonly string[];
  /** How long to leave the group alone after this repair. */
  readonly delayMs: number;
}

export interface Repair {
  readonly diff: Diff;
  /** Monotonic. */
  readonly nowMs: number;
  /** Time between two reconciles of a group that does not flap. A flapping one is left alone for at least that. */
  readonly resyncMs: number;
}

/** The history with another repair of drift, and how the group flaps; null while it does not. */
export function afterRepair(
  before: DriftHistory,
  { diff, nowMs, resyncMs }: Repair,
): { readonly history: DriftHistory; readonly flapping: Flapping | null } {
  const firstDelayMs = Math.max(MIN_FLAP_DELAY_MS, resyncMs);
  const longestMs = Math.max(MAX_FLAP_DELAY_MS, firstDelayMs);
  const identities = driftIdentities(diff);
  const again = [...identities].filter((identity) => before?.identities.has(identity) === true);
  const goesOn = before !== null && again.length > 0 && nowMs - before.lastMs <= calmMs(before, longestMs);
  const rounds = goesOn ? before.rounds + 1 : 1;
  const doublings = Math.min(Math.max(0, rounds - FLAPPING_ROUNDS), 20);
  const delayMs = Math.min(firstDelayMs * 2 ** doublings, longestMs);
  const flapping = rounds < FLAPPING_ROUNDS ? null : { rounds, identities: again.sort(), delayMs };
  return { history: { rounds, identities, lastMs: nowMs, delayMs }, flapping };
}

const calmMs = ({ delayMs }: { readonly delayMs: number }, longestMs: number): number =>
  Math.min(CALM_FACTOR * delayMs, longestMs) + delayMs;

function driftIdentities(diff: Diff): ReadonlySet<string> {
  const rules = [
    ...diff.missing.map(({ rule }) => rule),
    ...diff.unexpected.map(({ rule }) => rule),
    ...diff.different.flatMap(({ from, to }) => [from.rule, to.rule]),
  ];
  return new Set(rules.map(ruleIdentity));
}
