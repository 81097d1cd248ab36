// Whether the replicas look after everything: while one of them is able to, no shard is without an owner for long. And
// while none of them is able to, no group can be looked at.
import type { KnownLease } from '../../../daemon/journal/leases.ts';
import { shardsOf } from '../../../daemon/journal/shard.ts';
import type { Fail } from '../facts.ts';
import type { Life } from '../life.ts';
import { REGION } from '../policies.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Database } from './database.ts';
import type { ReplicaKnobs } from './knobs.ts';
import type { SharedJournal } from './shared-journal.ts';

export interface StandingWorld {
  readonly time: VirtualTime;
  readonly knobs: ReplicaKnobs;
  readonly database: Database;
  readonly shared: Pick<SharedJournal, 'leases'>;
  readonly lives: () => ReadonlyArray<Life | null>;
  /** Whether a policy names any group just now. */
  readonly isAnyNamed: () => boolean;
  readonly unreadable: (untilMs: number) => void;
  readonly fail: Fail;
}

const TICK_MS = 1000;
/** The policies are read, and the database is asked for the leases. */
const STARTS_WITHIN_MS = 5000;

export class Standing {
  readonly #world: StandingWorld;
  readonly #shards: readonly string[];
  /** By number of the process. */
  readonly #ableSinceMs = new Map<number, number>();
  readonly #ownerlessSinceMs = new Map<string, number>();
  #namedSinceMs = Infinity;
  /** For the report: how often another process than before had taken a shard. */
  failovers = 0;
  readonly #owners = new Map<string, string>();

  constructor(world: StandingWorld) {
    this.#world = world;
    this.#shards = shardsOf([{ account: 'default', region: REGION }], world.knobs.shards);
  }

  begin(): void {
    this.#world.time.in(TICK_MS, () => {
      void this.#world.shared.leases.view().then(({ leases }) => this.#look(leases));
      this.begin();
    });
  }

  #look(leases: readonly KnownLease[]): void {
    const { time, unreadable, isAnyNamed } = this.#world;
    const { nowMs } = time;
    this.#noteAble(nowMs);
    if (this.#ableSinceMs.size === 0) unreadable(nowMs + TICK_MS);
    if (!isAnyNamed()) this.#namedSinceMs = Infinity;
    else if (this.#namedSinceMs === Infinity) this.#namedSinceMs = nowMs;
    const byShard = new Map(leases.map((lease) => [lease.shard, lease]));
    for (const shard of this.#shards) this.#lookAt(shard, byShard.get(shard), nowMs);
  }

  #noteAble(nowMs: number): void {
    const able = this.#world
      .lives()
      .filter((life) => life !== null)
      .filter((life) => life.isAlive && !life.isStopping && !life.process.isFrozen)
      .filter(({ process }) => this.#world.database.troubledUntilMs(process.machine) <= nowMs)
      .map(({ number }) => number);
    for (const number of this.#ableSinceMs.keys())
      if (!able.includes(number)) this.#ableSinceMs.delete(number);
    for (const number of able) if (!this.#ableSinceMs.has(number)) this.#ableSinceMs.set(number, nowMs);
  }

  #lookAt(shard: string, lease: KnownLease | undefined, nowMs: number): void {
    const owner = lease !== undefined && lease.leftMs > 0 ? lease.owner : null;
    if (owner !== null) {
      const before = this.#owners.get(shard) ?? owner;
      if (before !== owner) this.failovers += 1;
      this.#owners.set(shard, owner);
      this.#ownerlessSinceMs.delete(shard);
      return;
    }
    const sinceMs = this.#ownerlessSinceMs.get(shard) ?? nowMs;
    this.#ownerlessSinceMs.set(shard, sinceMs);
    const ableSinceMs = Math.min(...this.#ableSinceMs.values());
    const forMs = nowMs - Math.max(sinceMs, ableSinceMs, this.#namedSinceMs);
    if (forMs <= this.#boundMs) return;
    this.#world.fail('owner', `${shard} has no owner for ${forMs} ms, though a replica could look after it`);
  }

  /** One that is given to others is theirs for the time of a lease; then it is anyone's. */
  get #boundMs(): number {
    return STARTS_WITHIN_MS + 3 * this.#world.knobs.leaseSeconds * 1000;
  }
}
