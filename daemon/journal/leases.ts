// Where the leases of shards are kept, so that every replica comes to the same answer of who holds them. All times are those
// of the store's own clock: what a replica believes of the time decides nothing here.
import type { HeldLease } from './ownership.ts';

/** A process that may hold leases. */
export interface Replica {
  /** Unlike that of every other that ever was; the owner of its leases. */
  readonly id: string;
  readonly host: string;
  readonly version: string;
}

export interface SeenReplica extends Replica {
  /** Since it last renewed, milliseconds. One that is quiet for longer than its leases last is not counted on. */
  readonly quietMs: number;
}

/** Of every shard that ever had a lease. */
export interface KnownLease extends Omit<HeldLease, 'owner'> {
  /** Who took it last; null: it was given up since. */
  readonly owner: string | null;
  /** How long it still holds, milliseconds. 0 or less: any replica may take it. */
  readonly leftMs: number;
}

/** How everything stands, at one time. */
export interface LeaseView {
  readonly leases: readonly KnownLease[];
  readonly replicas: readonly SeenReplica[];
}

/** Each method is done as a whole or not at all. They reject with `JournalError` if the store cannot be asked. */
export interface LeaseStore {
  /**
   * Says that the replica lives, and lets those of its leases that still hold, under this epoch, hold for `leaseMs` from
   * now on. What it answers is how things stand after that: a lease that is not renewed is lost.
   */
  renew(replica: Replica, held: readonly HeldLease[], leaseMs: number): Promise<LeaseView>;
  /** Of these shards, takes those that are free or one's own already, each under the next epoch. */
  take(owner: string, shards: readonly string[], leaseMs: number): Promise<readonly HeldLease[]>;
  /** Ends these leases now, as far as they are still one's own under this epoch. */
  release(held: readonly HeldLease[]): Promise<void>;
  /** Ends every lease of the replica now, and counts on it no more. */
  leave(owner: string): Promise<void>;
  view(): Promise<LeaseView>;
}
