// Several processes that share lanes, in a time of their own: each may be stopped for a while or killed, and what it asks of
// the store may be slow, late or lost. Every start of a call is noted.
import { setImmediate as realTurn } from 'node:timers/promises';
import type { Clock } from '../../daemon/clock.ts';
import type { Urgency } from '../../daemon/ecs/urgency.ts';
import { createLanes, type Lanes } from '../../daemon/queue/lanes.ts';
import { MemoryShares } from '../../daemon/shares/memory-shares.ts';
import type { ShareAnswer, SharePorts, ShareRequest, ShareStore } from '../../daemon/shares/share-store.ts';
import { ok } from '../../reconciler/model/result.ts';
import type { Random } from './random.ts';

export interface LinkFaults {
  /** Of a hundred questions, and of a hundred answers. */
  readonly lostPercent: number;
  /** Of a hundred questions: those that come seconds later, perhaps after the next one. */
  readonly latePercent: number;
}

const NO_FAULTS: LinkFaults = { lostPercent: 0, latePercent: 0 };
const ANSWER_WITHIN_MS = 2500;
const PLACE = { account: 'default', region: 'cn-hangzhou' };
const OPERATION = 'DescribeSecurityGroupAttribute';

export interface Start {
  readonly process: string;
  readonly atMs: number;
  readonly urgency: Urgency;
  readonly askedMs: number;
}

interface Timer {
  dueMs: number;
  readonly order: number;
  readonly run: () => void;
  readonly of: SharingProcess | null;
}

export class SharedLanes {
  readonly ratePerMinute: number;
  readonly random: Random;
  readonly starts: Start[] = [];
  readonly store = new MemoryShares(() => this.nowMs);
  faults = NO_FAULTS;
  /** No question arrives. */
  isCut = false;
  questions = 0;
  nowMs = 0;
  #timers: Timer[] = [];
  #order = 0;

  constructor(ratePerMinute: number, random: Random) {
    this.ratePerMinute = ratePerMinute;
    this.random = random;
  }

  healed(): void {
    this.faults = NO_FAULTS;
    this.isCut = false;
  }

  /** Answers how to call it off. */
  after(delayMs: number, run: () => void, of: SharingProcess | null = null): () => void {
    const timer: Timer = { dueMs: this.nowMs + Math.max(0, delayMs), order: (this.#order += 1), run, of };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  forget(process: SharingProcess): void {
    this.#timers = this.#timers.filter(({ of }) => of !== process);
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await realTurn();
      const next = this.#next();
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.run();
    }
    this.nowMs = endMs;
  }

  /** A stopped process wakes up late. */
  #next(): Timer | undefined {
    const dueOf = ({ dueMs, of }: Timer): number => Math.max(dueMs, of?.stoppedUntilMs ?? 0);
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      timer.dueMs = dueOf(timer);
      if (first === undefined || timer.dueMs < first.dueMs) first = timer;
      else if (timer.dueMs === first.dueMs && timer.order < first.order) first = timer;
    }
    return first;
  }

  /** The most calls that began within any minute. */
  mostInAMinute(): number {
    const times = this.starts.map(({ atMs }) => atMs).sort((a, b) => a - b);
    let most = 0;
    let from = 0;
    times.forEach((atMs, at) => {
      while ((times[from] ?? atMs) <= atMs - 60_000) from += 1;
      most = Math.max(most, at - from + 1);
    });
    return most;
  }
}

export class SharingProcess implements ShareStore {
  readonly name: string;
  readonly lanes: Lanes;
  readonly told: string[] = [];
  isDead = false;
  stoppedUntilMs = 0;
  readonly #world: SharedLanes;
  #waiting = 0;

  constructor(name: string, world: SharedLanes, unshared: SharePorts['unshared'] = 'standing') {
    this.name = name;
    this.#world = world;
    this.lanes = createLanes({
      limits: { default: { ratePerMinute: world.ratePerMinute } },
      clock: this.#clock(),
      telemetry: { emit: (event) => void this.told.push(event) },
      underWay: { least: 8, most: 64, forFixes: 1, mostInAll: 256 },
      maxWaiting: 20_000,
      shares: { store: this, holder: name, unshared },
    });
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** As SIGSTOP, and SIGCONT after that time. */
  stopFor(ms: number): void {
    this.stoppedUntilMs = this.#world.nowMs + ms;
  }

  kill(): void {
    this.isDead = true;
    this.#waiting = 0;
    this.#world.forget(this);
  }

  call(urgency: Urgency = 'routine'): void {
    const askedMs = this.#world.nowMs;
    this.#waiting += 1;
    const task = async () => {
      this.#waiting -= 1;
      if (!this.isDead) this.#note(urgency, askedMs);
      await this.#clock().sleep(150);
      return ok(null);
    };
    this.lanes.run(PLACE, OPERATION, task, { urgency }).catch(() => undefined);
  }

  /** Holds that many slots, uses them up one by one, and gives back what is left after `ms`. */
  plan(slots: number, urgency: Urgency = 'routine'): Promise<void> {
    return this.lanes.reserve(PLACE, { [OPERATION]: slots }, { urgency }).then(async (reservation) => {
      for (let call = 0; call < slots; call += 1) {
        const askedMs = this.#world.nowMs;
        const task = async () => {
          if (!this.isDead) this.#note(urgency, askedMs);
          await this.#clock().sleep(100);
          return ok(null);
        };
        await this.lanes.run(PLACE, OPERATION, task, { urgency, reservation });
      }
      reservation.release();
    });
  }

  /** The question goes out; it arrives or not, and so does its answer. */
  serve(lane: string, request: ShareRequest): Promise<ShareAnswer> {
    const world = this.#world;
    const { random, faults } = world;
    world.questions += 1;
    const happens = (percent: number): boolean => random.below(100) < percent;
    return new Promise((resolve, reject) => {
      if (this.isDead) return;
      const inTime = world.after(ANSWER_WITHIN_MS, () => reject(new Error('no answer in time')), this);
      if (world.isCut || happens(faults.lostPercent)) return;
      const wayMs = happens(faults.latePercent) ? random.below(9000) : random.below(40);
      world.after(wayMs, () => {
        if (world.isCut) return;
        void world.store.serve(lane, request).then((answer) => {
          if (happens(faults.lostPercent)) return;
          if (this.isDead) return;
          const answered = (): void => {
            inTime();
            resolve(answer);
          };
          world.after(random.below(40), answered, this);
        });
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #note(urgency: Urgency, askedMs: number): void {
    this.#world.starts.push({ process: this.name, atMs: this.#world.nowMs, urgency, askedMs });
  }

  #clock(): Clock {
    const world = this.#world;
    return {
      nowMs: () => 1_000_000 + world.nowMs,
      monotonicMs: () => world.nowMs,
      sleep: (delayMs, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted === true) {
            resolve();
            return;
          }
          if (this.isDead) return;
          const off = world.after(Math.max(1, Math.ceil(delayMs)), resolve, this);
          signal?.addEventListener('abort', () => {
            off();
            resolve();
          });
        }),
    };
  }
}
