// How the leases of all shards stand, as far as this replica knows: for the status, the metrics, and messages.
import type { KnownLease, LeaseView } from '../../journal/leases.ts';
import type { HeldShards, Instant } from './held-shards.ts';
import type { LeasesStatus, ShardStatus } from './shard-leases.ts';

export interface KnownStanding {
  /** This replica. */
  readonly me: string;
  readonly leaseMs: number;
  readonly held: Pick<HeldShards, 'get'>;
  /** Shards that the policies mean; null: not known yet. */
  readonly wanted: readonly string[] | null;
  /** As the store told it last, and when that was, monotonic; null: it has not yet. */
  readonly view: { readonly told: LeaseView; readonly atMs: number; readonly renewedMs: number } | null;
  readonly now: Instant;
}

export function leasesStatus({ me, leaseMs, held, wanted, view, now }: KnownStanding): LeasesStatus {
  const { told, atMs, renewedMs } = view ?? { told: UNTOLD, atMs: 0, renewedMs: null };
  const passedMs = now.monotonicMs - atMs;
  const living = told.replicas.filter(({ quietMs }) => quietMs < leaseMs).map(({ id }) => id);
  return {
    replica: me,
    replicas: [...new Set([...living, me])].sort(),
    shards: told.leases
      .map((lease) => shardStatus(lease, { me, held, passedMs, now }))
      // Of an account that left the policies, or of another number of shards.
      .filter(({ shard, owner }) => owner !== null || wanted === null || wanted.includes(shard)),
    ageMs: renewedMs === null ? null : now.monotonicMs - renewedMs,
  };
}

function shardStatus(
  { shard, owner, epoch, leftMs }: KnownLease,
  { me, held, passedMs, now }: Pick<KnownStanding, 'me' | 'held' | 'now'> & { readonly passedMs: number },
): ShardStatus {
  const ours = held.get(shard);
  if (ours !== undefined && ours.phase !== 'lapsed') {
    const untilMs = now.wallMs + ours.deadline.monotonicMs - now.monotonicMs;
    return { shard, owner: me, isOurs: true, epoch: ours.lease.epoch, untilMs };
  }
  const isHeld = owner !== null && owner !== me && leftMs > passedMs;
  const untilMs = isHeld ? now.wallMs + leftMs - passedMs : null;
  return { shard, owner: isHeld ? owner : null, isOurs: false, epoch, untilMs };
}

const UNTOLD: LeaseView = { leases: [], replicas: [] };

/** Why a lease that was renewed is not held any more. */
export function whyLost(known: KnownLease | undefined, me: string): string {
  if (known === undefined || known.owner === null || known.owner === me) return 'it had run out in the store';
  return `${known.owner} has taken it`;
}
