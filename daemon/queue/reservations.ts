// Budget for whole plans. A plan that adds and then removes must not run out of calls between the two, so it
// holds its slots in every lane it needs before its first call.
import type { Clock } from '../clock.ts';
import type { Urgency } from '../ecs/urgency.ts';
import { Alarm } from './alarm.ts';
import type { HeldSlots } from './lane/lane-call.ts';
import type { Lane } from './lane/lane.ts';
import { decideSlots, type GrantedSlots, type PendingPlan } from './reservation-order.ts';
import { LaneClosed, refusalAtEntry, Turn } from './turn.ts';

/** The slots of one plan. Pass it with each call of the plan, and release it when the plan ends. */
export class Reservation {
  readonly #held: ReadonlyMap<Lane, HeldSlots>;
  readonly #onRelease: () => void;

  constructor(held: ReadonlyMap<Lane, HeldSlots>, onRelease: () => void) {
    this.#held = held;
    this.#onRelease = onRelease;
  }

  /** Null: the plan reserved nothing in this lane. */
  slotsIn(lane: Lane): HeldSlots | null {
    return this.#held.get(lane) ?? null;
  }

  /** Gives back what was not used. May be called twice. */
  release(): void {
    for (const [lane, slots] of this.#held) lane.release(slots);
    this.#onRelease();
  }
}

export interface ReserveOptions {
  readonly urgency: Urgency;
  readonly signal: AbortSignal | null;
}

interface WaitingPlan extends PendingPlan<Lane> {
  readonly turn: Turn<Reservation>;
}

export class Reservations {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  /** In the order of arrival. */
  readonly #waiting = new Set<WaitingPlan>();
  #lanesKeptFree: ReadonlySet<Lane> = new Set();
  /** While others waited. */
  #fixesInARow = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => this.settle());
  }

  /** Rejects with `LaneClosed` on `close` or when the signal aborts. */
  reserve(slots: ReadonlyMap<Lane, number>, { urgency, signal }: ReserveOptions): Promise<Reservation> {
    const refusal = refusalAtEntry(this.#closed, signal);
    if (refusal !== null) return Promise.reject(refusal);
    const turn = new Turn<Reservation>(signal, () => {
      this.#waiting.delete(plan);
      this.settle();
    });
    const plan: WaitingPlan = { slots, urgency, sinceMs: this.#clock.monotonicMs(), turn };
    this.#waiting.add(plan);
    this.settle();
    return turn.promise;
  }

  /** Grants what can be granted. Call after everything that may have made room in a lane. */
  settle(): void {
    this.#alarm.cancel();
    if (this.#closed || (this.#waiting.size === 0 && this.#lanesKeptFree.size === 0)) return;
    const decision = decideSlots(this.#waiting, {
      budgetOf: (lane: Lane) => lane.budget(),
      nowMs: this.#clock.monotonicMs(),
      fixesInARow: this.#fixesInARow,
    });
    for (const [plan, slots] of decision.grant) {
      this.#waiting.delete(plan);
      const isOthersTurn = plan.urgency !== 'fix' || this.#waiting.size === 0;
      this.#fixesInARow = isOthersTurn ? 0 : this.#fixesInARow + 1;
      plan.turn.grant(() => this.#hold(slots));
    }
    this.#keepFree(decision.keepFree);
    if (decision.wakeInMs < Infinity) this.#alarm.ringIn(decision.wakeInMs);
  }

  close(): void {
    this.#closed = true;
    this.#alarm.cancel();
    for (const { turn } of this.#waiting) turn.refuse(new LaneClosed('the lanes are closed'));
    this.#waiting.clear();
  }

  #hold(slots: ReadonlyMap<Lane, GrantedSlots>): Reservation {
    const held = new Map([...slots].map(([lane, granted]) => [lane, lane.hold(granted)] as const));
    return new Reservation(held, () => this.settle());
  }

  #keepFree(slots: ReadonlyMap<Lane, number>): void {
    const before = this.#lanesKeptFree;
    this.#lanesKeptFree = new Set(slots.keys());
    for (const lane of before) if (!slots.has(lane)) lane.keepFree(0);
    for (const [lane, wanted] of slots) lane.keepFree(wanted);
  }
}
