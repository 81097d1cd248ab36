// Several replicas that share one store of leases, in virtual time: each with a clock of its own, behind a network that
// may delay or lose what is asked and answered, and each may stop for a while or die at any moment.
import { setImmediate as realImmediate } from 'node:timers';
import type { Clock } from '../../daemon/clock.ts';
import { JournalError } from '../../daemon/journal/journal.ts';
import type { LeaseStore } from '../../daemon/journal/leases.ts';
import { MemoryLeases } from '../../daemon/journal/memory/leases.ts';
import { LeaseKeeper } from '../../daemon/schedule/leases/keeper.ts';
import type { ShardListener } from '../../daemon/schedule/leases/shard-leases.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import { EventLog } from './service.ts';

export const LEASE_MS = 3000;
export const CALL_MS = 10_000;
/** After so long without an answer a request has failed. */
export const ANSWER_MS = 6000;
const MOST_HAPPENINGS = 50_000;
/** By the store's clock, which is not that of any replica. */
const STORE_EPOCH_MS = 5_000_000;

interface Happening {
  dueMs: number;
  readonly order: number;
  /** Whose it is; null: of the world. */
  readonly of: VirtualReplica | null;
  readonly run: () => void;
}

export interface NetworkMood {
  /** Each way, milliseconds. */
  readonly delayMs: () => number;
  readonly losesRequest: () => boolean;
  readonly losesAnswer: () => boolean;
}

const GOOD_NETWORK: NetworkMood = { delayMs: () => 1, losesRequest: () => false, losesAnswer: () => false };

export class LeaseTimeline {
  nowMs = 0;
  network = GOOD_NETWORK;
  readonly store = new MemoryLeases({ nowMs: () => STORE_EPOCH_MS + this.nowMs });
  readonly replicas: VirtualReplica[] = [];
  #happenings: Happening[] = [];
  #order = 0;

  calm(): void {
    this.network = GOOD_NETWORK;
  }

  in(delayMs: number, run: () => void, of: VirtualReplica | null = null): void {
    this.#happenings.push({ dueMs: this.nowMs + delayMs, order: (this.#order += 1), of, run });
  }

  /** Nothing that is the replica's happens before `untilMs`; what is due then does so at once. */
  hold(replica: VirtualReplica, untilMs: number): void {
    for (const each of this.#happenings) if (each.of === replica) each.dueMs = Math.max(each.dueMs, untilMs);
  }

  forget(replica: VirtualReplica): void {
    this.#happenings = this.#happenings.filter(({ of }) => of !== replica);
  }

  /** Lets time pass. `afterEach` is called whenever something has happened and all promises have settled. */
  async pass(ms: number, afterEach: () => void = () => undefined): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    for (let happenings = 0; ; happenings += 1) {
      if (happenings > MOST_HAPPENINGS) throw new Error('too much happens in so little time');
      const next = this.#next(untilMs);
      if (next === null) break;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.run();
      await settled();
      afterEach();
    }
    this.nowMs = untilMs;
    afterEach();
  }

  #next(untilMs: number): Happening | null {
    const due = this.#happenings.filter(({ dueMs }) => dueMs <= untilMs);
    if (due.length === 0) return null;
    const first = due.reduce((a, b) => ((b.dueMs - a.dueMs || b.order - a.order) < 0 ? b : a));
    this.#happenings = this.#happenings.filter((each) => each !== first);
    return first;
  }

  start(id: string, places: readonly string[], options: Partial<ReplicaOptions> = {}): VirtualReplica {
    const replica = new VirtualReplica(this, id, { shardsPerPlace: 1, runsEndInMs: () => 0, ...options });
    this.replicas.push(replica);
    replica.keeper.want(places.map(placeOf));
    return replica;
  }
}

export interface ReplicaOptions {
  readonly shardsPerPlace: number;
  /** How long the last runs of a shard take that is handed over. */
  readonly runsEndInMs: () => number;
}

export class VirtualReplica {
  readonly id: string;
  readonly log = new EventLog();
  readonly keeper: LeaseKeeper;
  readonly heard: string[] = [];
  isAlive = true;
  /** The store cannot be reached. */
  isCutOff = false;
  wallErrorMs = 0;
  #stoppedUntilMs = 0;
  readonly #world: LeaseTimeline;

  constructor(world: LeaseTimeline, id: string, { shardsPerPlace, runsEndInMs }: ReplicaOptions) {
    this.#world = world;
    this.id = id;
    const clock = this.#clock();
    this.keeper = new LeaseKeeper({
      store: this.#store(),
      replica: { id, host: 'here', version: '1' },
      clock,
      telemetry: this.log,
      leaseMs: LEASE_MS,
      shardsPerPlace,
      callMs: CALL_MS,
    });
    const listener: ShardListener = {
      settled: () => this.heard.push('settled'),
      gained: () => this.heard.push('gained'),
      halted: () => this.heard.push('halted'),
      left: async () => {
        this.heard.push('left');
        await clock.sleep(runsEndInMs());
      },
    };
    this.keeper.listen(listener);
  }

  mayWrite(place: string): boolean {
    return this.isAlive && this.keeper.mayWrite(groupIn(place));
  }

  /** As SIGSTOP and, later, SIGCONT. */
  stall(ms: number): void {
    this.#stoppedUntilMs = Math.max(this.#stoppedUntilMs, this.#world.nowMs + ms);
    this.#world.hold(this, this.#stoppedUntilMs);
  }

  /** As SIGKILL. */
  kill(): void {
    this.isAlive = false;
    this.#world.forget(this);
  }

  #later(delayMs: number, run: () => void): void {
    if (!this.isAlive) return;
    const dueMs = Math.max(this.#world.nowMs + delayMs, this.#stoppedUntilMs);
    this.#world.in(dueMs - this.#world.nowMs, run, this);
  }

  #clock(): Clock {
    const offsetMs = 1000 * (this.id.charCodeAt(0) + 1);
    return {
      nowMs: () => this.#world.nowMs + this.wallErrorMs,
      monotonicMs: () => this.#world.nowMs + offsetMs,
      sleep: (delayMs, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted === true) {
            resolve();
            return;
          }
          signal?.addEventListener('abort', () => resolve(), { once: true });
          this.#later(Math.max(0, delayMs), resolve);
        }),
    };
  }

  #store(): LeaseStore {
    const { store } = this.#world;
    return {
      renew: async (...asked) => this.#ask(async () => store.renew(...asked)),
      take: async (...asked) => this.#ask(async () => store.take(...asked)),
      release: async (...asked) => this.#ask(async () => store.release(...asked)),
      leave: async (...asked) => this.#ask(async () => store.leave(...asked)),
      view: async () => this.#ask(async () => store.view()),
    };
  }

  #ask<T>(work: () => Promise<T>): Promise<T> {
    const { network } = this.#world;
    return new Promise<T>((resolve, reject) => {
      this.#later(ANSWER_MS, () => reject(new JournalError('unavailable', 'no answer')));
      if (this.isCutOff || network.losesRequest()) return;
      // What was sent arrives, whatever becomes of the sender.
      this.#world.in(network.delayMs(), () => {
        void work().then((answer) => {
          if (!this.isCutOff && !network.losesAnswer()) this.#later(network.delayMs(), () => resolve(answer));
        });
      });
    });
  }
}

export function placeOf(shard: string): Pick<GroupRef, 'account' | 'region'> {
  return { account: 'default', region: shard };
}

export const groupIn = (place: string, id = 'sg-1'): GroupRef => ({ ...placeOf(place), id });

/** A turn of the real event loop comes only when no promise is left to settle. */
const settled = (): Promise<void> => new Promise((resolve) => void realImmediate(resolve));
