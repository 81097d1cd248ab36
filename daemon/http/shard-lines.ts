// Who looks after which shard, in lines for people.

/** As a daemon of this or another version tells it. */
interface ToldLeases {
  readonly replica: string;
  readonly replicas: readonly string[];
  readonly shards: ReadonlyArray<{
    readonly shard: string;
    readonly owner: string | null;
    readonly epoch: number;
  }>;
}

/** None where one process has everything. */
export function shardLines(leases: ToldLeases | null): string[] {
  if (leases === null) return [];
  const { replica, replicas, shards } = leases;
  const others = replicas.filter((each) => each !== replica);
  return [
    `replica ${replica}${others.length === 0 ? ', the only one' : `, beside ${others.join(', ')}`}`,
    ...shards.map(
      ({ shard, owner, epoch }) => `shard ${shard}: ${ownerText(owner, replica)}, epoch ${epoch}`,
    ),
  ];
}

function ownerText(owner: string | null, replica: string): string {
  if (owner === null) return 'no replica looks after it';
  return owner === replica ? `${owner} (this one)` : owner;
}
