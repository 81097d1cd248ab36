// Leases in memory: the model of the store that several replicas share, for tests and the simulation in virtual time. Its
// clock is its own, and may show another time than that of any replica.
import type { Clock } from '../../clock.ts';
import type { KnownLease, LeaseStore, LeaseView, Replica } from '../leases.ts';
import type { HeldLease } from '../ownership.ts';

interface LeaseRow {
  owner: string | null;
  epoch: number;
  untilMs: number;
}

export class MemoryLeases implements LeaseStore {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #rows = new Map<string, LeaseRow>();
  readonly #replicas = new Map<string, { readonly replica: Replica; readonly seenMs: number }>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** Whether a call may begin under it: what is asked, in the same step, when an intent is opened. */
  holds(lease: HeldLease): boolean {
    const row = this.#rows.get(lease.shard);
    return row !== undefined && this.isLatest(lease) && this.#leftMs(row) > 0;
  }

  /** Whether no other has taken the shard since, and it was not given up. */
  isLatest({ shard, owner, epoch }: HeldLease): boolean {
    const row = this.#rows.get(shard);
    return row?.owner === owner && row.epoch === epoch;
  }

  async renew(replica: Replica, held: readonly HeldLease[], leaseMs: number): Promise<LeaseView> {
    const seenMs = this.#clock.nowMs();
    this.#replicas.set(replica.id, { replica, seenMs });
    for (const lease of held) {
      const row = this.#rows.get(lease.shard);
      if (row !== undefined && this.holds(lease)) row.untilMs = seenMs + leaseMs;
    }
    return this.view();
  }

  take(owner: string, shards: readonly string[], leaseMs: number): Promise<readonly HeldLease[]> {
    const taken = [...new Set(shards)].flatMap((shard) => {
      const row = this.#rows.get(shard);
      if (row !== undefined && row.owner !== owner && this.#leftMs(row) > 0) return [];
      const epoch = (row?.epoch ?? 0) + 1;
      this.#rows.set(shard, { owner, epoch, untilMs: this.#clock.nowMs() + leaseMs });
      return [{ shard, owner, epoch }];
    });
    return Promise.resolve(taken);
  }

  release(held: readonly HeldLease[]): Promise<void> {
    for (const { shard, owner, epoch } of held) {
      const row = this.#rows.get(shard);
      if (row?.owner === owner && row.epoch === epoch) this.#end(row);
    }
    return Promise.resolve();
  }

  leave(owner: string): Promise<void> {
    for (const row of this.#rows.values()) if (row.owner === owner) this.#end(row);
    this.#replicas.delete(owner);
    return Promise.resolve();
  }

  view(): Promise<LeaseView> {
    const nowMs = this.#clock.nowMs();
    const leases: KnownLease[] = [...this.#rows].map(([shard, row]) => {
      const { owner, epoch } = row;
      return { shard, owner, epoch, leftMs: this.#leftMs(row) };
    });
    const replicas = [...this.#replicas.values()];
    return Promise.resolve({
      leases,
      replicas: replicas.map(({ replica, seenMs }) => ({ ...replica, quietMs: nowMs - seenMs })),
    });
  }

  #end(row: LeaseRow): void {
    row.owner = null;
    row.untilMs = this.#clock.nowMs();
  }

  #leftMs = ({ untilMs }: LeaseRow): number => untilMs - this.#clock.nowMs();
}
