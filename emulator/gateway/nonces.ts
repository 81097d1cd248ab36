// Remembers nonces for as long as a request that carries one could still be in time, in bounded memory: two
// generations, the older dropped whole when the younger has lived for a full window (or is full).
import { copyOf } from '../wire/parameters.ts';

export interface NonceLimits {
  /** For how long a nonce must be remembered, in milliseconds. */
  readonly windowMs: number;
  /** Nonces a generation holds at most; when full, the oldest are forgotten early. */
  readonly capacity: number;
}

export class Nonces {
  readonly #limits: NonceLimits;
  #young = new Set<string>();
  #old = new Set<string>();
  #youngSinceMs = 0;

  constructor(limits: NonceLimits) {
    this.#limits = limits;
  }

  /** Whether the nonce is new; it is used from then on. */
  use(nonce: string, nowMs: number): boolean {
    if (nowMs - this.#youngSinceMs >= this.#limits.windowMs || this.#young.size >= this.#limits.capacity) {
      this.#old = this.#young;
      this.#young = new Set();
      this.#youngSinceMs = nowMs;
    }
    if (this.#young.has(nonce) || this.#old.has(nonce)) return false;
    this.#young.add(copyOf(nonce));
    return true;
  }
}
