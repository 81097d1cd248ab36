// The rules of one group that the cloud refused one by one. They are left alone until their policy changes
// or a retry time passes, so that everything else goes through.
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { Quarantined, RefusedRule } from '../../reconciler/plan/diff/quarantine.ts';
import { rulesAddedBy, rulesRemovedBy, type Step } from '../../reconciler/plan/plan.ts';

const FIRST_RETRY_MS = 10 * 60_000;
const MAX_RETRY_MS = 6 * 60 * 60_000;
const MAX_QUARANTINED = 1000;

/** How long the last of so many refusals counts: each doubles the time, up to six hours. */
export const retryDelayMs = (refusals: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (refusals - 1), MAX_RETRY_MS);

/** A step that the cloud refused, and what it said. */
export interface Refusal {
  readonly step: Step;
  readonly reason: string;
}

interface QuarantinedRule {
  readonly side: keyof Quarantined;
  readonly rule: Rule;
  /** Whether it is what the cloud refused, and not what stays as it is for that. */
  readonly isRefused: boolean;
  /** Of the last refusal. */
  readonly reason: string;
  readonly refusals: number;
  /** Monotonic. */
  readonly retryAtMs: number;
}

/** By side and identity. */
export type Quarantine = ReadonlyMap<string, QuarantinedRule>;

export const EMPTY_QUARANTINE: Quarantine = new Map();

export interface Quarantining {
  readonly quarantine: Quarantine;
  /** Whether the next plan has less to try: not if there are too many, and one that is due had to make way. */
  readonly isLessToDo: boolean;
}

/** The rules of refused steps, which hold one rule each, are quarantined; refusals of the same rule add up. */
export function quarantineRules(
  before: Quarantine,
  refused: readonly Refusal[],
  nowMs: number,
): Quarantining {
  if (refused.length === 0) return { quarantine: before, isLessToDo: false };
  const quarantine = new Map(before);
  let isLessToDo = false;
  for (const { step, reason } of refused) {
    let madeWay = false;
    for (const { side, rule, isRefused } of rulesOfStep(step)) {
      const key = `${side} ${ruleIdentity(rule)}`;
      const refusals = (quarantine.get(key)?.refusals ?? 0) + 1;
      if (!quarantine.has(key) && quarantine.size >= MAX_QUARANTINED) {
        quarantine.delete(soonest(quarantine));
        madeWay = true;
      }
      const retryAtMs = nowMs + retryDelayMs(refusals);
      quarantine.set(key, { side, rule, isRefused, reason, refusals, retryAtMs });
    }
    isLessToDo ||= !madeWay;
  }
  return { quarantine, isLessToDo };
}

/** What is to be left alone at `nowMs`. A rule whose time has come is tried again, but its refusals still count. */
export function quarantinedAt(quarantine: Quarantine, nowMs: number): Quarantined {
  const active = activeAt(quarantine, nowMs);
  const of = (side: keyof Quarantined) =>
    new Set(active.filter((each) => each.side === side).map(({ rule }) => ruleIdentity(rule)));
  return { desired: of('desired'), described: of('described') };
}

/** What of it the cloud refused, as people are told: `nowMs` is Unix time. */
export function refusedAt(
  quarantine: Quarantine,
  { nowMs, monotonicMs }: { readonly nowMs: number; readonly monotonicMs: number },
): RefusedRule[] {
  const refused = activeAt(quarantine, monotonicMs).filter(({ isRefused }) => isRefused);
  return refused.map(({ rule, reason, retryAtMs }) => ({
    rule,
    reason,
    // To the minute, so that what is said of it stays the same while the clocks drift apart.
    untilMs: Math.ceil((nowMs + retryAtMs - monotonicMs) / 60_000) * 60_000,
  }));
}

const activeAt = (quarantine: Quarantine, nowMs: number): QuarantinedRule[] =>
  [...quarantine.values()].filter(({ retryAtMs }) => retryAtMs > nowMs);

function soonest(quarantine: Quarantine): string {
  const [first] = [...quarantine].sort(([, a], [, b]) => a.retryAtMs - b.retryAtMs);
  return first?.[0] ?? '';
}

/** Where a rule was to become another one, that one was refused, and the rule stays. */
const rulesOfStep = (step: Step): ReadonlyArray<Pick<QuarantinedRule, 'side' | 'rule' | 'isRefused'>> => [
  ...rulesAddedBy(step).map(({ rule }) => ({ side: 'desired', rule, isRefused: true }) as const),
  ...rulesRemovedBy(step).map(
    ({ rule }) => ({ side: 'described', rule, isRefused: step.kind !== 'modify' }) as const,
  ),
];
