// What keeps a replica that lost a lease from writing to the journal that all share. The row of the lease is locked until the
// write is done, so that whoever takes the shard next finds all that was written before.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { LeaseLost } from '../journal.ts';
import type { HeldLease, ShardOwnership } from '../ownership.ts';
import { shardOf } from '../shard.ts';
import type { Connections, Parameter, Statements } from './connection.ts';

/** Has a row while no other has taken the shard since, and it was not given up. */
export const isLatestLease = (first: number): string =>
  `shard = $${first} AND owner = $${first + 1} AND epoch = $${first + 2}`;

/** Has a row while a call may begin under the lease. */
export const isHeldLease = (first: number): string => `${isLatestLease(first)} AND until > clock_timestamp()`;

export const leaseParameters = ({ shard, owner, epoch }: HeldLease): Parameter[] => [shard, owner, epoch];

export class LeaseFence {
  readonly #connections: Connections;
  readonly #ownership: Pick<ShardOwnership, 'leaseOf'>;
  readonly #shards: number;

  /** @param shards `journal.shards` */
  constructor(connections: Connections, ownership: Pick<ShardOwnership, 'leaseOf'>, shards: number) {
    this.#connections = connections;
    this.#ownership = ownership;
    this.#shards = shards;
  }

  /** Null: this process knows that it has none. */
  leaseOf(group: GroupRef): HeldLease | null {
    return this.#ownership.leaseOf(group);
  }

  lostBy(group: GroupRef): LeaseLost {
    return new LeaseLost(shardOf(group, this.#shards));
  }

  /** Whether no other has taken the shard since, and it was not given up. */
  async isLatest(lease: HeldLease, statements: Statements = this.#connections): Promise<boolean> {
    const sql = `SELECT 1 AS one FROM leases WHERE ${isLatestLease(1)} FOR SHARE`;
    return (await statements.get(sql, ...leaseParameters(lease))) !== undefined;
  }

  /** Does all of the work, or rejects with `LeaseLost` and does nothing of it. */
  note<T>(group: GroupRef, work: (statements: Statements) => Promise<T>): Promise<T> {
    const lease = this.leaseOf(group);
    if (lease === null) return Promise.reject(this.lostBy(group));
    return this.#connections.transaction(async (statements) => {
      if (!(await this.isLatest(lease, statements))) throw this.lostBy(group);
      return work(statements);
    });
  }
}
