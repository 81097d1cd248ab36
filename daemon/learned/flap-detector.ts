// Notices that something else keeps undoing our changes (a console user, Terraform, another controller): the same rule
// drifts again and again while the policies stay as they are. It is repaired at a falling rate then, where that leaves
// nothing open (plan/diff/resting.ts); every other rule of the group at the usual one.
import type { Resting } from '../../reconciler/plan/diff/resting.ts';
import type { Diff } from '../../reconciler/plan/plan.ts';
import { compareRules, ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';

/** Repairs of the same drift after which it counts as flapping. */
export const FLAPPING_ROUNDS = 5;
const MIN_REST_MS = 60_000;
const MAX_REST_MS = 60 * 60_000;
/** A calm of this many times the last rest (or of the longest one at most) ends the flapping. */
const CALM_FACTOR = 3;

/** How often a rule was repaired in a row. */
interface RuleDrift {
  readonly rounds: number;
  /** Of the last repair, monotonic. */
  readonly lastMs: number;
  /** How long it rests after that, if it flaps. */
  readonly delayMs: number;
  /** When it counts as calm. */
  readonly calmMs: number;
}

/** By identity: the rules that were repaired lately under this policy. */
export type DriftHistory = ReadonlyMap<string, RuleDrift>;

export const NO_DRIFT: DriftHistory = new Map();

export interface Flapping {
  readonly rounds: number;
  /** The rules that alternate. */
  readonly rules: readonly Rule[];
  /** How long they rest after this repair, where they may. */
  readonly delayMs: number;
}

export interface Repair {
  /** What was repaired. */
  readonly diff: Diff;
  /** Monotonic. */
  readonly nowMs: number;
  /** Time between two reconciles of a group. A flapping rule rests for at least that. */
  readonly resyncMs: number;
}

/** The history with another repair of drift, and which of its rules flap; null while none does. */
export function afterRepair(
  before: DriftHistory,
  { diff, nowMs, resyncMs }: Repair,
): { readonly history: DriftHistory; readonly flapping: Flapping | null } {
  const firstMs = Math.max(MIN_REST_MS, resyncMs);
  const longestMs = Math.max(MAX_REST_MS, firstMs);
  const history = new Map([...before].filter(([, drift]) => nowMs <= drift.calmMs));
  const flapping = new Map<string, Rule>();
  for (const [identity, rule] of driftingRules(diff)) {
    const rounds = (history.get(identity)?.rounds ?? 0) + 1;
    const doublings = Math.min(Math.max(0, rounds - FLAPPING_ROUNDS), 20);
    const delayMs = Math.min(firstMs * 2 ** doublings, longestMs);
    const calmMs = nowMs + delayMs + Math.min(CALM_FACTOR * delayMs, longestMs);
    history.set(identity, { rounds, lastMs: nowMs, delayMs, calmMs });
    if (rounds >= FLAPPING_ROUNDS) flapping.set(identity, rule);
  }
  if (flapping.size === 0) return { history: history.size === 0 ? NO_DRIFT : history, flapping: null };
  const drifts = [...flapping.keys()].flatMap((identity) => history.get(identity) ?? []);
  const rounds = Math.max(...drifts.map((drift) => drift.rounds));
  const delayMs = Math.max(...drifts.map((drift) => drift.delayMs));
  return { history, flapping: { rounds, rules: [...flapping.values()].sort(compareRules), delayMs } };
}

/** The rules that rest now, until the first of them is tried again; null: none. */
export function restingAt(
  history: DriftHistory,
  { nowMs, monotonicMs }: { readonly nowMs: number; readonly monotonicMs: number },
): Resting | null {
  const resting = [...history].filter(
    ([, { rounds, lastMs, delayMs }]) => rounds >= FLAPPING_ROUNDS && monotonicMs < lastMs + delayMs,
  );
  if (resting.length === 0) return null;
  const endMs = Math.min(...resting.map(([, { lastMs, delayMs }]) => lastMs + delayMs));
  return {
    identities: new Set(resting.map(([identity]) => identity)),
    // To the minute, so that what is said of it stays the same while the clocks drift apart.
    untilMs: Math.ceil((nowMs + endMs - monotonicMs) / 60_000) * 60_000,
  };
}

/** By identity. */
function driftingRules(diff: Diff): ReadonlyMap<string, Rule> {
  const rules = [
    ...diff.missing.map(({ rule }) => rule),
    ...diff.unexpected.map(({ rule }) => rule),
    ...diff.different.flatMap(({ from, to }) => [from.rule, to.rule]),
  ];
  return new Map(rules.map((rule) => [ruleIdentity(rule), rule]));
}
