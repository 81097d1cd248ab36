// Which plans get their slots now. A plan takes all its slots in all its lanes at once or none, so that two plans
// never wait for each other. Small plans go first; one that has waited long goes before all others.
import { holdable, waitForSlots, type Gate } from './gate.ts';

/** A plan that has waited this long goes first, whatever its priority. */
const LONGEST_WAIT_MS = 120_000;

/** What a decision needs to know of a lane. */
export interface LaneBudget {
  readonly gate: Gate;
  /** Slots that plans hold and have not used. */
  readonly held: number;
}

/** A plan that waits for its slots. */
export interface PendingPlan<Lane> {
  readonly slots: ReadonlyMap<Lane, number>;
  /** Higher goes first. */
  readonly priority: number;
  readonly sinceMs: number;
}

export interface SlotDecision<Lane, Plan> {
  /** They get their slots now, in this order. */
  readonly grant: readonly Plan[];
  /** Slots that no one else may use, since a plan waits for them. */
  readonly keepFree: ReadonlyMap<Lane, number>;
  /** When to decide again if nothing else happens; Infinity: not before a release. */
  readonly wakeInMs: number;
}

/** `pending` comes in the order of arrival. */
export function decideSlots<Lane, Plan extends PendingPlan<Lane>>(
  pending: Iterable<Plan>,
  budgetOf: (lane: Lane) => LaneBudget,
  nowMs: number,
): SlotDecision<Lane, Plan> {
  const grant: Plan[] = [];
  const granted = new Map<Lane, number>();
  const keepFree = new Map<Lane, number>();
  let wakeInMs = Infinity;
  for (const plan of byRank(pending, nowMs)) {
    const wanted = [...plan.slots].map(([lane, slots]) => {
      const { gate, held } = budgetOf(lane);
      const taken = granted.get(lane) ?? 0;
      const holds = holdable(gate, nowMs, slots);
      return { lane, slots, sum: taken + holds, waitMs: waitForSlots(gate, nowMs, held + taken + holds) };
    });
    // Who comes later in the order may not overtake in a lane that an earlier one waits for.
    const mayGo = wanted.every(({ lane }) => !keepFree.has(lane));
    const waitMs = Math.max(0, ...wanted.map((each) => each.waitMs));
    if (mayGo && waitMs === 0) {
      grant.push(plan);
      for (const { lane, sum } of wanted) granted.set(lane, sum);
      continue;
    }
    for (const { lane, slots } of wanted) keepFree.set(lane, keepFree.get(lane) ?? slots);
    if (mayGo) wakeInMs = Math.min(wakeInMs, waitMs);
  }
  return { grant, keepFree, wakeInMs };
}

/** Sorting is stable: equal ones keep the order of arrival. */
function byRank<Plan extends PendingPlan<unknown>>(pending: Iterable<Plan>, nowMs: number): Plan[] {
  const rank = ({ sinceMs, priority }: Plan) => (nowMs - sinceMs >= LONGEST_WAIT_MS ? Infinity : priority);
  return [...pending].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}
