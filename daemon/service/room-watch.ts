// How many rules a group may hold cannot be known beforehand: the vendor counts them per network interface, over all
// groups of its instances (API notes, section 6). What a refusal shows is used until it is time to try again.
import { FIRST_RETRY_MS, MAX_RETRY_MS } from './quarantine.ts';

interface Full {
  /** What the group held when it was next looked at; null until then. */
  limit: number | null;
  readonly refusals: number;
  readonly retryAtMs: number;
}

export class RoomWatch {
  #full: Full | null = null;

  /** The cloud refused a single rule because the group is full. Each further time doubles the time that this counts. */
  refused(nowMs: number): void {
    const refusals = (this.#full?.refusals ?? 0) + 1;
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (refusals - 1), MAX_RETRY_MS);
    this.#full = { limit: null, refusals, retryAtMs: nowMs + retryMs };
  }

  /** Most rules to plan with for a group that holds `held` of them. */
  limit({ configured, held }: { readonly configured: number; readonly held: number }, nowMs: number): number {
    if (this.#full === null || this.#full.retryAtMs <= nowMs) return configured;
    this.#full.limit ??= held;
    return Math.min(configured, this.#full.limit);
  }
}
