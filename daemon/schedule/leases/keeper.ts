// Keeps this replica's leases: takes its fair share of what is free, renews three times as often as it must, hands over
// what is above its share, and notices by its own clock when one has run out. The store decides who holds a lease; here
// is decided who asks for which, and no call begins here after a deadline, whether the store answers or not.
import { isSameList } from '../../../reconciler/model/collections.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import type { LeaseStore, LeaseView, Replica } from '../../journal/leases.ts';
import type { HeldLease } from '../../journal/ownership.ts';
import { isUnavailable } from '../../journal/patient-journal.ts';
import { shardsOf } from '../../journal/shard.ts';
import type { Telemetry } from '../../telemetry/events.ts';
import { fairShare } from './fair-share.ts';
import { FreeShards } from './free-shards.ts';
import { after, HeldShards, instantOf, type HeldShard, type Instant } from './held-shards.ts';
import { leasesStatus, whyLost, type KnownStanding } from './lease-status.ts';
import type { LeasesStatus, ShardLeases, ShardListener } from './shard-leases.ts';

export interface LeaseKeeperOptions {
  readonly store: LeaseStore;
  readonly replica: Replica;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** `journal.leaseSeconds`. */
  readonly leaseMs: number;
  /** `journal.shards`. */
  readonly shardsPerPlace: number;
  /** Longest time that a call may take. */
  readonly callMs: number;
}

/** Of one lease, the renewals that may fail before it runs out, and one more. */
const RENEWALS_A_LEASE = 3;
/** A replica that took what no other wanted keeps it at least so long, lest the two hand it to and fro. */
const KEPT_MS = 60_000;

const GIVEN_UP = {
  stopping: 'this replica stops',
  unwanted: 'no policy names its account and region any more',
};

export class LeaseKeeper extends HeldShards implements ShardLeases {
  readonly #options: LeaseKeeperOptions;
  readonly #stopping = new AbortController();
  #listener: ShardListener = SILENT;
  #wanted: readonly string[] | null = null;
  #isSettled = false;
  #wake = new AbortController();
  #watch = new AbortController();
  #view: KnownStanding['view'] = null;
  readonly #free: FreeShards;
  #keepsUntilMs = 0;
  #running: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;
  #trouble = '';
  #reportFailure: (error: unknown) => void = () => undefined;
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(options: LeaseKeeperOptions) {
    super({ ...options, callMs: options.callMs + options.leaseMs });
    this.#options = options;
    this.#free = new FreeShards(options.leaseMs);
    // Not every command that opens one waits for it to fail.
    this.failure.catch(() => undefined);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  listen(listener: ShardListener): void {
    this.#listener = listener;
  }

  want(places: Iterable<Pick<GroupRef, 'account' | 'region'>>): void {
    const wanted = shardsOf(places, this.#options.shardsPerPlace);
    if (this.#wanted !== null && isSameList(wanted, this.#wanted)) return;
    if (this.#wanted?.length === 0) this.#isSettled = false; // There was nothing to settle before.
    this.#wanted = wanted;
    this.#wake.abort();
    if (this.#running !== null || this.#stopping.signal.aborted) return;
    this.#running = Promise.all([this.#run(), this.#watchDeadlines()]).then(
      () => undefined,
      (error: unknown) => this.#reportFailure(error),
    );
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    const held = this.all.filter(({ phase }) => phase !== 'lapsed');
    this.clear();
    if (this.#running !== null) await this.#unlessUnavailable(() => this.#options.store.leave(this.#me));
    for (const { lease } of held) this.#sayLost(lease, GIVEN_UP.stopping, true);
  }

  status(): LeasesStatus {
    const { leaseMs, clock } = this.#options;
    const known = { me: this.#me, leaseMs, held: this, wanted: this.#wanted, view: this.#view };
    return leasesStatus({ ...known, now: instantOf(clock) });
  }

  get #me(): string {
    return this.#options.replica.id;
  }

  async #run(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      const beganMs = clock.monotonicMs();
      await this.#unlessUnavailable(() => this.#turn());
      const passedMs = clock.monotonicMs() - beganMs;
      if (!this.#isStopping()) await clock.sleep(leaseMs / RENEWALS_A_LEASE - passedMs, this.#wake.signal);
    }
  }

  /** Read again each time, as it changes while something is awaited. */
  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The store will answer again, and until then the deadlines say what may be done. */
  async #unlessUnavailable(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#trouble = error.message;
    }
  }

  /** Renews, and brings what is held in line with what is wanted. */
  async #turn(): Promise<void> {
    const { store, replica, clock, leaseMs } = this.#options;
    const wanted = this.#wanted ?? [];
    const held = this.all.filter(({ phase }) => phase !== 'lapsed');
    const sent = instantOf(clock);
    const view = await store.renew(
      replica,
      held.map(({ lease }) => lease),
      leaseMs,
    );
    this.#trouble = '';
    this.#view = { told: view, atMs: clock.monotonicMs(), renewedMs: sent.monotonicMs };
    this.#noteRenewed(held, view, sent);
    await this.#takeShare(wanted, view);
    for (const lapsed of this.all.filter(({ phase }) => phase === 'lapsed')) this.#part(lapsed);
    this.#giveUp(wanted, view);
    if (this.#wanted !== wanted || this.#isSettled) return;
    this.#isSettled = true;
    this.#listener.settled();
  }

  #noteRenewed(held: readonly HeldShard[], view: LeaseView, sent: Instant): void {
    const leases = new Map(view.leases.map((lease) => [lease.shard, lease]));
    for (const each of held) {
      const { shard, owner, epoch } = each.lease;
      // Perhaps given up, or run out, while the store was asked.
      if (this.get(shard) !== each || each.phase === 'lapsed') continue;
      const known = leases.get(shard);
      const isHeld = known?.owner === owner && known.epoch === epoch && known.leftMs > 0;
      if (isHeld) each.deadline = after(sent, this.#options.leaseMs);
      else this.#lapse(each, whyLost(known, owner));
    }
  }

  async #takeShare(wanted: readonly string[], view: LeaseView): Promise<void> {
    const { store, clock, leaseMs } = this.#options;
    const nowMs = clock.monotonicMs();
    const balance = fairShare({ me: this.#me, mine: this.#kept(), wanted, view, leaseMs });
    const room = balance.room - this.#leaving().length;
    const free = balance.free.filter(
      (shard) => this.get(shard)?.phase !== 'leaving' && !this.#free.isGiven(shard, nowMs),
    );
    this.#free.note(free, nowMs);
    // What ran out here and no other has taken goes on here. What no other takes for long is no one else's share.
    const isLapsed = (shard: string): boolean => this.get(shard)?.phase === 'lapsed';
    const first = [...free.filter(isLapsed), ...free.filter((shard) => !isLapsed(shard))];
    const orphans = first
      .slice(Math.max(0, room))
      .filter((shard) => !isLapsed(shard) && this.#free.isOrphan(shard, nowMs));
    if (orphans.length > 0) this.#keepsUntilMs = clock.monotonicMs() + KEPT_MS;
    const shards = first.filter((shard, at) => at < room || isLapsed(shard) || orphans.includes(shard));
    if (shards.length === 0) return;
    const sent = instantOf(clock);
    const taken = await store.take(this.#me, shards, leaseMs);
    if (taken.length === 0) return;
    for (const lease of taken) this.#hold(lease, after(sent, leaseMs), view);
    this.#wakeWatch();
    const gained = new Set(taken.map(({ shard }) => shard));
    this.#listener.gained((group) => gained.has(this.shardOf(group)));
  }

  #hold(lease: HeldLease, deadline: Instant, view: LeaseView): void {
    const before = view.leases.find(({ shard }) => shard === lease.shard);
    this.hold(lease, deadline);
    this.#free.taken(lease.shard);
    const from = before?.owner ?? this.#me;
    const { shard, epoch, owner } = lease;
    const after = from === this.#me ? {} : { from };
    this.#options.telemetry.emit('lease.acquired', { shard, epoch, owner, ...after });
  }

  #kept(): readonly string[] {
    return this.all.filter(({ phase }) => phase === 'held').map(({ lease }) => lease.shard);
  }

  #leaving(): readonly HeldShard[] {
    return this.all.filter(({ phase }) => phase === 'leaving');
  }

  /** What is above the share, and what no policy names any more. */
  #giveUp(wanted: readonly string[], view: LeaseView): void {
    const { clock, leaseMs } = this.#options;
    const kept = this.#kept();
    const mine = kept.filter((shard) => wanted.includes(shard));
    for (const shard of kept) if (!wanted.includes(shard)) this.#leave(shard, GIVEN_UP.unwanted);
    // What is on its way to others is to arrive before it is judged who has fewer.
    if (clock.monotonicMs() < this.#keepsUntilMs || this.#leaving().length > 0) return;
    const { handOver } = fairShare({ me: this.#me, mine, wanted, view, leaseMs });
    for (const shard of handOver) this.#leave(shard, 'handed over: another replica has fewer');
  }

  #leave(shard: string, why: string): void {
    const held = this.get(shard);
    if (held === undefined) return;
    held.phase = 'leaving';
    this.#finishAndRelease(held, why).catch((error: unknown) => this.#reportFailure(error));
  }

  /** Renewed until its last run has ended. */
  async #finishAndRelease(held: HeldShard, why: string): Promise<void> {
    await this.#listener.left((group) => this.shardOf(group) === held.lease.shard);
    if (this.get(held.lease.shard) !== held) return;
    this.drop(held);
    this.#free.given(held.lease.shard, this.#options.clock.monotonicMs());
    this.#sayLost(held.lease, why, true);
    // If the store does not hear of it, the lease runs out.
    await this.#unlessUnavailable(() => this.#options.store.release([held.lease]));
  }

  /** Whoever looks after it now, it is not this replica. */
  #part(held: HeldShard): void {
    this.drop(held);
    const { shard } = held.lease;
    this.#listener
      .left((group) => this.shardOf(group) === shard)
      .catch((error: unknown) => this.#reportFailure(error));
  }

  #lapse(held: HeldShard, why: string): void {
    const wasLeaving = held.phase === 'leaving';
    held.phase = 'lapsed';
    this.#sayLost(held.lease, why, false);
    const { shard } = held.lease;
    if (wasLeaving) this.drop(held);
    else this.#listener.halted((group) => this.shardOf(group) === shard);
  }

  #wakeWatch(): void {
    this.#watch.abort();
  }

  /** The store may be silent for long: a lease runs out without it. */
  async #watchDeadlines(): Promise<void> {
    const { clock } = this.#options;
    this.#stopping.signal.addEventListener('abort', () => this.#wakeWatch(), { once: true });
    while (!this.#isStopping()) {
      this.#watch = new AbortController();
      const nowMs = clock.monotonicMs();
      const held = this.all.filter(({ phase }) => phase !== 'lapsed');
      for (const each of held) {
        if (each.deadline.monotonicMs <= nowMs)
          this.#lapse(each, `it was not renewed in time${this.#because()}`);
      }
      const next = Math.min(...held.map(({ deadline }) => deadline.monotonicMs).filter((ms) => ms > nowMs));
      await clock.sleep(Math.min(this.#options.leaseMs, next - nowMs), this.#watch.signal);
    }
  }

  #because(): string {
    return this.#trouble === '' ? '' : `: ${this.#trouble}`;
  }

  #sayLost({ shard, epoch, owner }: HeldLease, reason: string, onPurpose: boolean): void {
    this.#options.telemetry.emit('lease.lost', { shard, epoch, owner, reason, onPurpose });
  }
}

const SILENT: ShardListener = {
  settled: () => undefined,
  gained: () => undefined,
  halted: () => undefined,
  left: () => Promise.resolve(),
};
