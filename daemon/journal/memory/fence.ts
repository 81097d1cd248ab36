// What keeps a replica that lost a lease from writing to a journal that several share. Where one process has the
// journal for itself, nothing does.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { LeaseLost } from '../journal.ts';
import type { HeldLease, ShardOwnership } from '../ownership.ts';
import type { MemoryLeases } from './leases.ts';

export interface SharedLeases {
  /** Of all replicas. */
  readonly leases: Pick<MemoryLeases, 'holds' | 'isLatest'>;
  /** Of this one. */
  readonly ownership: Pick<ShardOwnership, 'leaseOf' | 'shardOf'>;
}

export class Fence {
  readonly #shared: SharedLeases | null;

  constructor(shared: SharedLeases | null) {
    this.#shared = shared;
  }

  get isShared(): boolean {
    return this.#shared !== null;
  }

  /** The lease under which a call may begin; null: the journal is not shared. Throws `LeaseLost`. */
  toBegin(group: GroupRef): HeldLease | null {
    if (this.#shared === null) return null;
    const { leases, ownership } = this.#shared;
    const lease = ownership.leaseOf(group);
    if (lease === null || !leases.holds(lease)) throw new LeaseLost(ownership.shardOf(group));
    return lease;
  }

  /** Whether no other replica has taken the shard since, run out or not. */
  isLatest(group: GroupRef): boolean {
    if (this.#shared === null) return true;
    const lease = this.#shared.ownership.leaseOf(group);
    return lease !== null && this.#shared.leases.isLatest(lease);
  }

  /** Throws `LeaseLost` unless `isLatest`. */
  toNote(group: GroupRef): void {
    if (this.#shared !== null && !this.isLatest(group)) {
      throw new LeaseLost(this.#shared.ownership.shardOf(group));
    }
  }
}
