// One replica that holds every shard of a database, for tests in which no other wants one.
import { PostgresLeases } from '../../daemon/journal/postgres/leases.ts';
import type { Connections } from '../../daemon/journal/postgres/connection.ts';
import type { HeldLease, ShardOwnership } from '../../daemon/journal/ownership.ts';
import { shardOf, shardsOf } from '../../daemon/journal/shard.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';

const HOUR_MS = 3_600_000;

export async function takeShards(
  connections: Connections,
  owner: string,
  places: ReadonlyArray<Pick<GroupRef, 'account' | 'region'>>,
): Promise<Pick<ShardOwnership, 'leaseOf'>> {
  const taken = await new PostgresLeases(connections, 1).take(owner, shardsOf(places, 1), HOUR_MS);
  const held = new Map<string, HeldLease>(taken.map((lease) => [lease.shard, lease]));
  return { leaseOf: (group) => held.get(shardOf(group, 1)) ?? null };
}
