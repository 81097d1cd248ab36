// The leases of a process that takes what it writes to, when it first does, and shares with no one until it ends: a command
// that writes, or the only replica. A shard that another holds is waited for as long as a lease lasts without renewal.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import { JournalError } from '../journal.ts';
import type { LeaseStore } from '../leases.ts';
import type { HeldLease } from '../ownership.ts';
import { shardOf } from '../shard.ts';

export interface ShardsOnDemandOptions {
  readonly store: LeaseStore & { extend(held: readonly HeldLease[], leaseMs: number): Promise<void> };
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** Unlike that of every other process that ever was. */
  readonly owner: string;
  /** `journal.shards` */
  readonly shardsPerPlace: number;
  readonly leaseMs: number;
}

const EXTENSIONS_A_LEASE = 3;
const TRY_AGAIN_MS = 250;

export class ShardsOnDemand {
  readonly #options: ShardsOnDemandOptions;
  readonly #held = new Map<string, Promise<HeldLease>>();
  readonly #closing = new AbortController();
  #extending: Promise<void> | null = null;

  constructor(options: ShardsOnDemandOptions) {
    this.#options = options;
  }

  /** Rejects with `JournalError` of the trouble `locked` where another process holds the shard and goes on renewing it. */
  async leaseOf(group: GroupRef): Promise<HeldLease> {
    const shard = shardOf(group, this.#options.shardsPerPlace);
    const taking = this.#held.get(shard) ?? this.#take(shard);
    this.#held.set(shard, taking);
    try {
      return await taking;
    } catch (error) {
      if (this.#held.get(shard) === taking) this.#held.delete(shard);
      throw error;
    }
  }

  /** The lease has run out: the next that needs it takes it again, if it can. */
  lost({ shard }: HeldLease): void {
    this.#held.delete(shard);
  }

  /** Gives everything up at once. May be called twice. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#extending;
    await unlessUnavailable(() => this.#options.store.leave(this.#options.owner));
  }

  async #take(shard: string): Promise<HeldLease> {
    const { store, owner, leaseMs, clock } = this.#options;
    const untilMs = clock.monotonicMs() + leaseMs + TRY_AGAIN_MS;
    for (;;) {
      const [lease] = await store.take(owner, [shard], leaseMs);
      if (lease !== undefined) {
        this.#extending ??= this.#extend();
        return lease;
      }
      if (clock.monotonicMs() >= untilMs) throw await this.#heldByAnother(shard);
      await clock.sleep(TRY_AGAIN_MS, this.#closing.signal);
    }
  }

  async #heldByAnother(shard: string): Promise<JournalError> {
    const { leases, replicas } = await this.#options.store.view();
    const owner = leases.find((lease) => lease.shard === shard)?.owner ?? 'another process';
    const host = replicas.find(({ id }) => id === owner)?.host;
    const who = host === undefined ? owner : `${owner} on ${host}`;
    return new JournalError('locked', `${who} looks after ${shard} and renews its lease`);
  }

  async #extend(): Promise<void> {
    const { store, clock, leaseMs } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await clock.sleep(leaseMs / EXTENSIONS_A_LEASE, signal);
      const held = await Promise.allSettled(this.#held.values());
      const leases = held.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      await unlessUnavailable(() => store.extend(leases, leaseMs));
    }
  }
}

/** It will be back; until then the leases run out, and no call begins. */
async function unlessUnavailable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof JournalError && error.trouble === 'unavailable')) throw error;
  }
}
