// The shards that this replica holds, and what that allows at this instant. A deadline is counted from before the request
// that got it was sent, so it has passed here before it does in the store; and by both clocks of the machine, since the
// monotonic one stands still while a virtual machine does, and the other may be set.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import type { HeldLease, ShardOwnership } from '../../journal/ownership.ts';
import { shardOf, shardsOf } from '../../journal/shard.ts';

/** `held`; `leaving`: its last runs come to their end; `lapsed`: the deadline has passed, and no other owner is known. */
type ShardPhase = 'held' | 'leaving' | 'lapsed';

export interface HeldShard {
  readonly lease: HeldLease;
  phase: ShardPhase;
  deadline: Instant;
  /** When calls of an earlier owner have ended, monotonic. */
  readonly settledMs: number;
}

/** One instant, by both clocks. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export const instantOf = (clock: Pick<Clock, 'nowMs' | 'monotonicMs'>): Instant => ({
  monotonicMs: clock.monotonicMs(),
  wallMs: clock.nowMs(),
});

export const after = ({ monotonicMs, wallMs }: Instant, ms: number): Instant => ({
  monotonicMs: monotonicMs + ms,
  wallMs: wallMs + ms,
});

export interface HeldShardsOptions {
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  /** `journal.shards`. */
  readonly shardsPerPlace: number;
  /** Longest time from the last look at the deadline to the end of a call. */
  readonly callMs: number;
}

export class HeldShards implements ShardOwnership {
  readonly #options: HeldShardsOptions;
  readonly #shards = new Map<string, HeldShard>();

  constructor(options: HeldShardsOptions) {
    this.#options = options;
  }

  get all(): readonly HeldShard[] {
    return [...this.#shards.values()];
  }

  get(shard: string): HeldShard | undefined {
    return this.#shards.get(shard);
  }

  /** From now on it is held; `deadline`: until then. */
  hold(lease: HeldLease, deadline: Instant): void {
    const settledMs = this.#options.clock.monotonicMs() + this.#options.callMs;
    this.#shards.set(lease.shard, { lease, phase: 'held', deadline, settledMs });
  }

  drop(held: HeldShard): void {
    if (this.#shards.get(held.lease.shard) === held) this.#shards.delete(held.lease.shard);
  }

  clear(): void {
    this.#shards.clear();
  }

  shardOf(group: GroupRef): string {
    return shardOf(group, this.#options.shardsPerPlace);
  }

  leaseOf(group: GroupRef): HeldLease | null {
    const held = this.#of(group);
    return held === undefined || held.phase === 'lapsed' ? null : held.lease;
  }

  mayWrite(group: GroupRef): boolean {
    const held = this.#of(group);
    if (held === undefined || held.phase === 'lapsed') return false;
    const { monotonicMs, wallMs } = instantOf(this.#options.clock);
    return monotonicMs < held.deadline.monotonicMs && wallMs < held.deadline.wallMs;
  }

  looksAfter(group: GroupRef): boolean {
    return isLookedAfter(this.#of(group));
  }

  looksAfterSome(place: Pick<GroupRef, 'account' | 'region'>): boolean {
    return shardsOf([place], this.#options.shardsPerPlace).some((shard) =>
      isLookedAfter(this.#shards.get(shard)),
    );
  }

  earlierCallsEndInMs(group: GroupRef): number {
    const { clock, callMs } = this.#options;
    const settledMs = this.#of(group)?.settledMs ?? Infinity;
    return Math.min(callMs, Math.max(0, settledMs - clock.monotonicMs()));
  }

  #of(group: GroupRef): HeldShard | undefined {
    return this.#shards.get(this.shardOf(group));
  }
}

const isLookedAfter = (held: HeldShard | undefined): boolean =>
  held !== undefined && held.phase !== 'leaving';
