// Which shards a replica takes and which it hands over, so that every replica looks after its fair share. Each decides for
// itself, by what the store says of all; so that is decided alike everywhere, and no one has to be asked.
import type { LeaseView } from '../../journal/leases.ts';

export interface ShareOf {
  /** The replica that asks. */
  readonly me: string;
  /** The shards that it holds and keeps, in the order of taking. */
  readonly mine: readonly string[];
  /** Every shard that there is to look after, once. */
  readonly wanted: readonly string[];
  readonly view: LeaseView;
  /** A replica that was quiet for so long is counted on no more. */
  readonly leaseMs: number;
}

export interface Balance {
  /** Wanted shards that are free: as many as the share has room for come first. */
  readonly free: readonly string[];
  readonly room: number;
  /** Of `mine`: what others are to have. */
  readonly handOver: readonly string[];
}

export function fairShare({ me, mine, wanted, view, leaseMs }: ShareOf): Balance {
  const leases = new Map(view.leases.map((lease) => [lease.shard, lease]));
  const isFree = (shard: string): boolean => {
    const lease = leases.get(shard);
    // One that is our own and that we know nothing of: its taking was never answered.
    return lease === undefined || lease.leftMs <= 0 || lease.owner === me;
  };
  const others = view.replicas.filter(({ id, quietMs }) => id !== me && quietMs < leaseMs);
  const share = Math.ceil(wanted.length / (others.length + 1));
  const counts = new Map(others.map(({ id }) => [id, 0]));
  for (const shard of wanted) {
    const owner = isFree(shard) ? null : (leases.get(shard)?.owner ?? null);
    const count = owner === null ? undefined : counts.get(owner);
    if (owner !== null && count !== undefined) counts.set(owner, count + 1);
  }
  const least = Math.floor(wanted.length / (others.length + 1));
  // What is over after an even division is for who has less than the others.
  const isOneShort = [...counts.values()].some((count) => count < least);
  return {
    free: wanted.filter((shard) => !mine.includes(shard) && isFree(shard)),
    room: Math.max(0, (isOneShort ? least : share) - mine.length),
    handOver: mine.slice(mine.length - toHandOver({ me, held: mine.length, share, counts })),
  };
}

interface Counts {
  readonly me: string;
  readonly held: number;
  readonly share: number;
  /** Of the others that live. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What is above the share; and one of the fullest where another has two less, so that none stays idle beside it. */
function toHandOver({ me, held, share, counts }: Counts): number {
  if (counts.size === 0) return 0;
  if (held > share) return held - share;
  const isFullest = [...counts].every(([id, count]) => count < held || (count === held && me < id));
  return isFullest && Math.min(...counts.values()) <= held - 2 ? 1 : 0;
}
