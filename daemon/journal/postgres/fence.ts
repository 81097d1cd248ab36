// What keeps a replica that lost a lease from writing to the journal that all share. The row of the lease is locked until the
// write is done, so that whoever takes the shard next finds all that was written before.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { LeaseLost } from '../journal.ts';
import type { HeldLease } from '../ownership.ts';
import { shardOf } from '../shard.ts';
import type { Connections, Parameter, Statements } from './connection.ts';

/** Has a row while no other has taken the shard since, and it was not given up. */
const isLatestLease = (first: number): string =>
  `shard = $${first} AND owner = $${first + 1} AND epoch = $${first + 2}`;

/** Has a row while a call may begin under the lease. */
export const isHeldLease = (first: number): string => `${isLatestLease(first)} AND until > clock_timestamp()`;

export const leaseParameters = ({ shard, owner, epoch }: HeldLease): Parameter[] => [shard, owner, epoch];

/** Which leases this process holds. */
export interface LeaseSource {
  /** Null: it knows that it has none. */
  leaseOf(group: GroupRef): HeldLease | null | Promise<HeldLease>;
  /** Called where the lease turns out not to be its own any more, before that is told. */
  lost?(lease: HeldLease): void;
}

export class LeaseFence {
  readonly #connections: Connections;
  readonly #source: LeaseSource;
  readonly #shards: number;

  /** @param shards `journal.shards` */
  constructor(connections: Connections, source: LeaseSource, shards: number) {
    this.#connections = connections;
    this.#source = source;
    this.#shards = shards;
  }

  /** Null: this process knows that it has none. */
  async leaseOf(group: GroupRef): Promise<HeldLease | null> {
    return this.#source.leaseOf(group);
  }

  /** Rejects with `LeaseLost` where there is none. */
  async toBegin(group: GroupRef): Promise<HeldLease> {
    const lease = await this.#source.leaseOf(group);
    if (lease === null) throw this.lostBy(group);
    return lease;
  }

  /** @param lease that was not held any more, if there was one */
  lostBy(group: GroupRef, lease?: HeldLease): LeaseLost {
    if (lease !== undefined) this.#source.lost?.(lease);
    return new LeaseLost(shardOf(group, this.#shards));
  }

  /** Whether no other has taken the shard since, and it was not given up. */
  async isLatest(lease: HeldLease, statements: Statements = this.#connections): Promise<boolean> {
    const sql = `SELECT 1 AS one FROM leases WHERE ${isLatestLease(1)} FOR SHARE`;
    return (await statements.get(sql, ...leaseParameters(lease))) !== undefined;
  }

  /** Does all of the work, or rejects with `LeaseLost` and does nothing of it. */
  async note<T>(group: GroupRef, work: (statements: Statements) => Promise<T>): Promise<T> {
    const lease = await this.toBegin(group);
    return this.#connections.transaction(async (statements) => {
      if (!(await this.isLatest(lease, statements))) throw this.lostBy(group, lease);
      return work(statements);
    });
  }
}
