// Which free shards are whose to take: one that was given to others is theirs first, and one that no other took for
// long is no one else's share.

export class FreeShards {
  /** Since when a wanted shard has been free, monotonic. */
  readonly #since = new Map<string, number>();
  /** Shards that were given to others, until those have had their time to take them; monotonic. */
  readonly #givenUntil = new Map<string, number>();
  readonly #leaseMs: number;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  /** Those, and no others, are free now. */
  note(free: readonly string[], nowMs: number): void {
    for (const shard of this.#since.keys()) if (!free.includes(shard)) this.#since.delete(shard);
    for (const shard of free) if (!this.#since.has(shard)) this.#since.set(shard, nowMs);
  }

  taken(shard: string): void {
    this.#since.delete(shard);
  }

  given(shard: string, nowMs: number): void {
    this.#givenUntil.set(shard, nowMs + this.#leaseMs);
  }

  isGiven(shard: string, nowMs: number): boolean {
    return nowMs < (this.#givenUntil.get(shard) ?? 0);
  }

  isOrphan(shard: string, nowMs: number): boolean {
    return nowMs - (this.#since.get(shard) ?? nowMs) >= this.#leaseMs;
  }
}
