// Who may write to which groups: one process to all of them, or each of several replicas to those of the shards whose
// leases it holds. Whoever writes asks here, and does not know which of the two it is.
import type { GroupRef } from '../../reconciler/model/group.ts';
import { shardOf } from './shard.ts';

/** The right to write to the groups of a shard, as long as it is renewed. */
export interface HeldLease {
  readonly shard: string;
  /** The replica, unlike every other that ever was. */
  readonly owner: string;
  /** Grows each time that the shard changes hands, so that what an earlier owner does can be told from what this one does. */
  readonly epoch: number;
}

export interface ShardOwnership {
  /** The shard that the group belongs to, whoever holds it. */
  shardOf(group: GroupRef): string;
  /** Null: another replica, or none, may write to the group. */
  leaseOf(group: GroupRef): HeldLease | null;
  /**
   * Whether a call that is sent at this instant is still covered: by the clock of this process, the deadline of the lease
   * has not passed. To be asked immediately before a call is sent, and not before anything that is awaited.
   */
  mayWrite(group: GroupRef): boolean;
  /**
   * Whether this process is the one to look at the group. It is so too while it has lost touch with the store of leases,
   * until it hears of another owner: to look does no harm.
   */
  looksAfter(group: GroupRef): boolean;
  /** Of any group of the account and region. */
  looksAfterSome(place: Pick<GroupRef, 'account' | 'region'>): boolean;
  /**
   * How long a call of whoever wrote to the group before may still be under way, milliseconds. Until then an intent that
   * was found open may be carried out yet, whatever the group looks like.
   */
  earlierCallsEndInMs(group: GroupRef): number;
}

/** Of a journal that only one process can open: everything is its own until it ends. */
export function soleOwner(opening: Pick<HeldLease, 'owner' | 'epoch'>): ShardOwnership {
  return {
    shardOf: (group) => shardOf(group, 1),
    leaseOf: (group) => ({ ...opening, shard: shardOf(group, 1) }),
    mayWrite: () => true,
    looksAfter: () => true,
    looksAfterSome: () => true,
    earlierCallsEndInMs: () => 0,
  };
}
