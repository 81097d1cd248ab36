// Which plans get their slots now. A plan takes all its slots in all its lanes at once or none, so that two plans
// never wait for each other. Fixes go first, then what else has changed, then small plans; one that has waited long goes
// before all but the fixes, and fixes leave every fourth turn to the others.
import type { Urgency } from '../ecs/urgency.ts';
import { holdable, isSmall, msToGrant, nextGate, type Gate } from './gate.ts';

/** A plan that has waited this long goes before all that is no fix. */
const LONGEST_WAIT_MS = 120_000;
/** After so many fixes in a row it is the turn of another plan. */
export const MOST_FIXES_IN_A_ROW = 3;

/** What a decision needs to know of a lane. */
export interface LaneBudget {
  readonly gate: Gate;
  /** Slots that plans hold and have not used. */
  readonly held: number;
  /** Absent: no other process uses the lane. */
  readonly share?: LaneBudgetShare;
}

/** What other processes leave this one of a lane. */
export interface LaneBudgetShare {
  /** How long until so many calls may start; Infinity: not before more is known. */
  readonly msTo: (calls: number) => number;
  /** That are at work, this one included. */
  readonly processes: number;
}

/** A plan that waits for its slots. */
export interface PendingPlan<Lane> {
  readonly slots: ReadonlyMap<Lane, number>;
  readonly urgency: Urgency;
  readonly sinceMs: number;
}

/** Slots that a plan gets of one lane. */
export interface GrantedSlots {
  readonly slots: number;
  /** Whether they are of what the routine leaves free. */
  readonly privileged: boolean;
}

export interface SlotDecision<Lane, Plan> {
  /** They get their slots now, in this order. */
  readonly grant: ReadonlyMap<Plan, ReadonlyMap<Lane, GrantedSlots>>;
  /** Slots that no one else may use, since a plan waits for them. */
  readonly keepFree: ReadonlyMap<Lane, number>;
  /** When to decide again if nothing else happens; Infinity: not before a release. */
  readonly wakeInMs: number;
}

export interface Deciding<Lane> {
  readonly budgetOf: (lane: Lane) => LaneBudget;
  readonly nowMs: number;
  /** Fixes that got their slots in a row while others waited. */
  readonly fixesInARow: number;
}

/** `pending` comes in the order of arrival. */
export function decideSlots<Lane, Plan extends PendingPlan<Lane>>(
  pending: Iterable<Plan>,
  { budgetOf, nowMs, fixesInARow }: Deciding<Lane>,
): SlotDecision<Lane, Plan> {
  const grant = new Map<Plan, ReadonlyMap<Lane, GrantedSlots>>();
  /** Lanes as the plans leave them that are granted here. */
  const after = new Map<Lane, LaneBudget>();
  const keepFree = new Map<Lane, number>();
  let wakeInMs = Infinity;
  for (const plan of byRights(pending, nowMs, fixesInARow)) {
    const wanted = [...plan.slots].map(([lane, slots]) => {
      const { gate, held, share } = after.get(lane) ?? budgetOf(lane);
      const gets = {
        slots: holdable(gate, nowMs, slots, share?.processes),
        privileged: isFix(plan) && isSmall(gate, nowMs, slots),
      };
      const shareMs = share?.msTo(held + gets.slots) ?? 0;
      const waitMs = Math.max(msToGrant(gate, nowMs, { ...gets, held }), shareMs);
      return { lane, slots, gets, waitMs };
    });
    // Who comes later in the order may not overtake in a lane that an earlier one waits for.
    const mayGo = wanted.every(({ lane }) => !keepFree.has(lane));
    const waitMs = Math.max(0, ...wanted.map((each) => each.waitMs));
    if (mayGo && waitMs === 0) {
      grant.set(plan, new Map(wanted.map(({ lane, gets }) => [lane, gets])));
      for (const { lane, gets } of wanted) {
        after.set(lane, budgetAfter(after.get(lane) ?? budgetOf(lane), gets, nowMs));
      }
      continue;
    }
    for (const { lane, slots } of wanted) keepFree.set(lane, keepFree.get(lane) ?? slots);
    if (mayGo) wakeInMs = Math.min(wakeInMs, waitMs);
  }
  return { grant, keepFree, wakeInMs };
}

/** What is left of a lane once a plan holds these slots. */
export function budgetAfter(
  budget: LaneBudget,
  { slots, privileged }: GrantedSlots,
  nowMs: number,
): LaneBudget {
  const held = budget.held + slots;
  const { gate } = budget;
  return privileged
    ? { ...budget, held }
    : { ...budget, held, gate: nextGate(gate, { kind: 'granted', slots, held }, nowMs) };
}

/** Sorting is stable: equal ones keep the order of arrival. */
function byRights<Plan extends PendingPlan<unknown>>(
  pending: Iterable<Plan>,
  nowMs: number,
  fixesInARow: number,
): readonly Plan[] {
  const [fixes, others] = [[...pending].filter(isFix), [...pending].filter((plan) => !isFix(plan))];
  const rank = (plan: Plan): number => (nowMs - plan.sinceMs >= LONGEST_WAIT_MS ? 0 : rankOf(plan));
  fixes.sort((a, b) => rankOf(a) - rankOf(b));
  others.sort((a, b) => rank(a) - rank(b));
  const [first, ...later] = others;
  const isTheirTurn = fixesInARow >= MOST_FIXES_IN_A_ROW && first !== undefined;
  return isTheirTurn ? [first, ...fixes, ...later] : [...fixes, ...others];
}

const isFix = ({ urgency }: PendingPlan<unknown>): boolean => urgency === 'fix';

/** Lower goes first: what has changed, then small plans. */
function rankOf({ slots, urgency }: PendingPlan<unknown>): number {
  const calls = [...slots.values()].reduce((sum, each) => sum + each, 0);
  return calls + (urgency === 'changed' || urgency === 'fix' ? 1 : ALL_CHANGED_FIRST);
}

/** More than any plan has calls. */
const ALL_CHANGED_FIRST = 1e6;
