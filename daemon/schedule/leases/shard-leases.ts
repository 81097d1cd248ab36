// What the daemon asks of leases, whether several replicas divide the estate or one process has all of it: the same code
// serves both.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { soleOwner, type HeldLease, type ShardOwnership } from '../../journal/ownership.ts';

/** What has become of shards. `isIn`: whether a group is in one of them. */
export interface ShardListener {
  /** It is known for the first time which shards this replica looks after. Once. */
  settled(): void;
  /** This replica looks after them from now on. */
  gained(isIn: (group: GroupRef) => boolean): void;
  /** No call may begin there until they are gained again, or left. */
  halted(isIn: (group: GroupRef) => boolean): void;
  /** This replica does not look after them any more. Resolves when nothing is under way there. */
  left(isIn: (group: GroupRef) => boolean): Promise<void>;
}

/** One shard, for the status and the metrics. */
export interface ShardStatus {
  readonly shard: string;
  /** Null: no replica holds it. */
  readonly owner: string | null;
  readonly isOurs: boolean;
  readonly epoch: number;
  /** Unix milliseconds by the clock of this replica; null: it has run out, or was given up. */
  readonly untilMs: number | null;
}

/** As the store told it last. */
export interface LeasesStatus {
  /** This one. */
  readonly replica: string;
  /** Those that live, this one included. */
  readonly replicas: readonly string[];
  readonly shards: readonly ShardStatus[];
  /** Since the leases were last renewed; null: not yet. */
  readonly ageMs: number | null;
}

export interface ShardLeases extends ShardOwnership {
  /** Whether the first shards were asked for, and the answer is known. */
  readonly isSettled: boolean;
  /** The accounts and regions to look after, all that there are. Calls merge; the first one begins the work. */
  want(places: Iterable<Pick<GroupRef, 'account' | 'region'>>): void;
  /** One listener, before the first `want`. */
  listen(listener: ShardListener): void;
  /** Gives up all leases at once. After the last run has ended. May be called twice. Never rejects but for a bug. */
  stop(): Promise<void>;
  /** Rejects on a bug or a broken store. Never resolves. */
  readonly failure: Promise<never>;
  /** Null: one process has everything. */
  status(): LeasesStatus | null;
}

/** For the one process on a journal that no other can open. */
export function soleLeases(opening: Pick<HeldLease, 'owner' | 'epoch'>): ShardLeases {
  return {
    ...soleOwner(opening),
    isSettled: true,
    want: () => undefined,
    listen: () => undefined,
    stop: () => Promise.resolve(),
    failure: new Promise<never>(() => undefined),
    status: () => null,
  };
}
