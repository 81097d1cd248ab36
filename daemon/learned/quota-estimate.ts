// How many rules a group may hold cannot be known beforehand: the vendor counts them per network interface, over all
// groups of its instances (API notes, section 5). What a refusal shows is used until it is time to try again.
import { retryDelayMs } from './quarantine.ts';

interface Full {
  /** What the group held when it was next looked at; null until then. */
  limit: number | null;
  readonly refusals: number;
  readonly retryAtMs: number;
}

export class RoomWatch {
  #full: Full | null = null;

  /** The cloud refused a single rule because the group is full. */
  refused(nowMs: number): void {
    const refusals = (this.#full?.refusals ?? 0) + 1;
    this.#full = { limit: null, refusals, retryAtMs: nowMs + retryDelayMs(refusals) };
  }

  /** The group came to be as it should: if that was with as much room as configured, refusals are counted anew. */
  converged(nowMs: number): void {
    if (this.#full !== null && this.#full.retryAtMs <= nowMs) this.#full = null;
  }

  /** Most rules to plan with for a group that holds `held` of them. */
  limit({ configured, held }: { readonly configured: number; readonly held: number }, nowMs: number): number {
    if (this.#full === null || this.#full.retryAtMs <= nowMs) return configured;
    this.#full.limit ??= held;
    return Math.min(configured, this.#full.limit);
  }
}
