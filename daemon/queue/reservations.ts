// Budget for whole plans. A plan that adds and then removes must not run out of calls between the two, so it
// holds its slots in every lane it needs before its first call: all of them at once or none, so that two plans
// never wait for each other. Small plans go first; one that has waited long goes before all others.
import type { Clock } from '../clock.ts';
import { LaneClosed, type Hold, type Lane } from './lane.ts';

/** A claim that has waited this long goes first, whatever its priority. */
const PATIENT_MS = 120_000;

/** The slots of one plan. Pass it with each call of the plan, and release it when the plan ends. */
export class Reservation {
  readonly #holds: ReadonlyMap<Lane, Hold>;
  readonly #onRelease: () => void;

  constructor(holds: ReadonlyMap<Lane, Hold>, onRelease: () => void) {
    this.#holds = holds;
    this.#onRelease = onRelease;
  }

  /** Null: the plan reserved nothing in this lane. */
  holdIn(lane: Lane): Hold | null {
    return this.#holds.get(lane) ?? null;
  }

  /** Gives back what was not used. May be called twice. */
  release(): void {
    for (const [lane, hold] of this.#holds) lane.release(hold);
    this.#onRelease();
  }
}

export interface ClaimOptions {
  /** Higher goes first. The negative number of calls puts small plans first. */
  readonly priority: number;
  readonly signal: AbortSignal | null;
}

interface Claim {
  readonly wants: ReadonlyMap<Lane, number>;
  readonly priority: number;
  readonly sinceMs: number;
  readonly grant: (reservation: Reservation) => void;
  readonly refuse: (reason: LaneClosed) => void;
}

export class Reservations {
  readonly #clock: Clock;
  readonly #claims = new Set<Claim>();
  #claimedLanes = new Set<Lane>();
  #alarm: AbortController | null = null;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with `LaneClosed` on `close` or when the signal aborts. */
  reserve(wants: ReadonlyMap<Lane, number>, { priority, signal }: ClaimOptions): Promise<Reservation> {
    if (this.#closed) return Promise.reject(new LaneClosed('the lanes are closed'));
    if (signal?.aborted === true) return Promise.reject(new LaneClosed('given up before it began'));
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#claims.delete(claim);
        reject(new LaneClosed('given up while waiting'));
        this.settle();
      };
      const claim: Claim = {
        wants,
        priority,
        sinceMs: this.#clock.monotonicMs(),
        grant: (reservation) => {
          signal?.removeEventListener('abort', giveUp);
          resolve(reservation);
        },
        refuse: (reason) => {
          signal?.removeEventListener('abort', giveUp);
          reject(reason);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#claims.add(claim);
      this.settle();
    });
  }

  /** Grants what can be granted. Call after everything that may have made room in a lane. */
  settle(): void {
    this.#alarm?.abort();
    if (this.#closed || (this.#claims.size === 0 && this.#claimedLanes.size === 0)) return;
    const spokenFor = new Map<Lane, number>();
    let soonestMs = Infinity;
    for (const claim of this.#inOrder()) {
      const blocked = [...claim.wants.keys()].some((lane) => spokenFor.has(lane));
      const waitMs = Math.max(0, ...[...claim.wants].map(([lane, slots]) => lane.holdWaitMs(slots)));
      if (!blocked && waitMs === 0) {
        this.#claims.delete(claim);
        claim.grant(this.#hold(claim.wants));
        continue;
      }
      // Who comes later in the order may not overtake in a lane that this claim waits for.
      for (const [lane, slots] of claim.wants) if (!spokenFor.has(lane)) spokenFor.set(lane, slots);
      if (!blocked) soonestMs = Math.min(soonestMs, waitMs);
    }
    this.#announce(spokenFor);
    if (soonestMs < Infinity) this.#wakeIn(soonestMs);
  }

  close(): void {
    this.#closed = true;
    this.#alarm?.abort();
    for (const claim of this.#claims) claim.refuse(new LaneClosed('the lanes are closed'));
    this.#claims.clear();
  }

  #inOrder(): Claim[] {
    const patientMs = this.#clock.monotonicMs() - PATIENT_MS;
    const rank = (claim: Claim) => (claim.sinceMs <= patientMs ? Infinity : claim.priority);
    // The set keeps the order of arrival, and sorting is stable.
    return [...this.#claims].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
  }

  #hold(wants: ReadonlyMap<Lane, number>): Reservation {
    const holds = new Map([...wants].map(([lane, slots]) => [lane, lane.hold(slots)] as const));
    return new Reservation(holds, () => this.settle());
  }

  #announce(spokenFor: ReadonlyMap<Lane, number>): void {
    for (const lane of this.#claimedLanes) if (!spokenFor.has(lane)) lane.claim(0);
    for (const [lane, slots] of spokenFor) lane.claim(slots);
    this.#claimedLanes = new Set(spokenFor.keys());
  }

  #wakeIn(delayMs: number): void {
    const alarm = new AbortController();
    this.#alarm = alarm;
    void this.#clock.sleep(delayMs, alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.settle();
    });
  }
}
