// One lane: the calls of one operation in one account and region, which is how the vendor counts them.
//
// p-queue keeps the waiting calls in order of priority, bounds how many run at once, and never starts more
// than the configured rate in any minute. Its rate is fixed for life, so the gate stands in front of it and
// lets calls out one by one: the queue is paused except while the gate would let a call start now.
import PQueue from 'p-queue';
import { err, type Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import { makeFailure, type Failure, type FailureKind } from '../ecs/failures/failure.ts';
import {
  capAt,
  nextGate,
  openGate,
  waitForSlots,
  waitMs,
  WINDOW_MS,
  type Gate,
  type GateEvent,
} from './gate.ts';

/** The task was not started and never will be: the lanes were closed, or the caller gave up waiting. */
export class LaneClosed extends Error {
  override readonly name = 'LaneClosed';
}

export type Answer<T> = Result<T, Failure>;

export interface LaneOptions {
  readonly ratePerMinute: number;
  /** Calls that may be under way at once. */
  readonly concurrency: number;
  /** Calls that may wait; further ones are refused at once. */
  readonly maxWaiting: number;
  readonly clock: Clock;
  /** Told of every change of the gate. */
  readonly onGate: (gate: Gate, before: Gate) => void;
}

export interface TaskOptions {
  /** Higher goes first; 0 unless told. */
  readonly priority: number;
  readonly signal: AbortSignal | null;
}

/** Slots of a lane's minute that belong to one plan; each of its calls uses up one. */
export interface Hold {
  left: number;
}

interface Entry extends TaskOptions {
  /** Null: the call takes what is free. */
  readonly hold: Hold | null;
  /** Starts the call; settles the caller's promise, never rejects. */
  readonly start: () => Promise<void>;
  readonly refuse: (reason: LaneClosed) => void;
  /** Takes the entry out of the queue. */
  readonly ticket: AbortController;
}

/** Answers that say nothing about the budget: the call may never have reached the vendor's counter. */
const NO_ANSWER: readonly FailureKind[] = ['retry', 'unknown'];

/** Calls with a hold go first: their slots are free, and would else be so for nothing. */
const HOLD_PRIORITY = 1e9;

/** A difference between the clocks that is a step and not a drift. */
const CLOCK_STEP_MS = 1000;

export class Lane {
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  readonly #waiting = new Set<Entry>();
  /** Those of them that belong to a plan with a hold. */
  readonly #planned = new Set<Entry>();
  #gate: Gate;
  #queue: PQueue;
  #clockOffsetMs: number;
  /** Slots of the holds that have been given out. */
  #held = 0;
  /** Slots that the next hold is waiting for. */
  #claimed = 0;
  #alarm: AbortController | null = null;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#gate = openGate(options.ratePerMinute, this.#clock.monotonicMs());
    this.#queue = this.#makeQueue();
    this.#clockOffsetMs = this.#offsetMs();
  }

  status(): { readonly waiting: number; readonly mode: Gate['mode']; readonly callsPerMinute: number } {
    const callsPerMinute = capAt(this.#gate, this.#clock.monotonicMs());
    return { waiting: this.#waiting.size, mode: this.#gate.mode, callsPerMinute };
  }

  /** How long until a hold of so many slots, or of half a minute's, can be given; Infinity: not before a release. */
  holdWaitMs(slots: number): number {
    return waitForSlots(this.#gate, this.#clock.monotonicMs(), this.#held + this.#holdable(slots));
  }

  hold(slots: number): Hold {
    const hold = { left: this.#holdable(slots) };
    this.#held += hold.left;
    return hold;
  }

  release(hold: Hold): void {
    this.#held -= hold.left;
    hold.left = 0;
    this.#pump();
  }

  /** Keeps slots free for a hold that waits, lest a steady stream of small calls never lets it in. */
  claim(slots: number): void {
    if (slots === this.#claimed) return;
    this.#claimed = slots;
    this.#pump();
  }

  run<T>(
    task: () => Promise<Answer<T>>,
    options: TaskOptions & { readonly hold: Hold | null },
  ): Promise<Answer<T>> {
    if (this.#closed) return Promise.reject(new LaneClosed('the lanes are closed'));
    if (options.signal?.aborted === true) return Promise.reject(new LaneClosed('given up before it began'));
    if (this.#waiting.size >= this.#options.maxWaiting) return Promise.resolve(laneFull(this.#waiting.size));
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#withdraw(entry, new LaneClosed('given up while waiting'));
      const entry: Entry = {
        ...options,
        ticket: new AbortController(),
        refuse: (reason) => {
          options.signal?.removeEventListener('abort', giveUp);
          reject(reason);
        },
        start: async () => {
          options.signal?.removeEventListener('abort', giveUp);
          const call = this.#call(task);
          resolve(call);
          await Promise.allSettled([call]);
        },
      };
      options.signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(entry);
      if (entry.hold !== null) this.#planned.add(entry);
      this.#enqueue(entry);
      this.#pump();
    });
  }

  /** Settles every waiting task with `LaneClosed`; tasks under way go on to their end. */
  close(): void {
    this.#closed = true;
    this.#alarm?.abort();
    this.#queue.clear();
    for (const entry of this.#waiting) entry.refuse(new LaneClosed('the lanes are closed'));
    this.#waiting.clear();
    this.#planned.clear();
  }

  #leave(entry: Entry): boolean {
    this.#planned.delete(entry);
    return this.#waiting.delete(entry);
  }

  #enqueue(entry: Entry): void {
    const started = this.#queue.add(() => this.#begin(entry), {
      priority: entry.priority + (hasSlot(entry) ? HOLD_PRIORITY : 0),
      signal: entry.ticket.signal,
    });
    // Rejects only for a ticket that `#withdraw` took back, and then the caller has been told.
    started.catch(() => undefined);
  }

  async #begin(entry: Entry): Promise<void> {
    this.#leave(entry);
    if (entry.hold !== null && hasSlot(entry)) {
      entry.hold.left -= 1;
      this.#held -= 1;
    }
    this.#queue.pause();
    this.#apply({ kind: 'started' });
    queueMicrotask(() => this.#pump());
    await entry.start();
    this.#pump();
  }

  #withdraw(entry: Entry, reason: LaneClosed): void {
    if (!this.#leave(entry)) return;
    entry.ticket.abort();
    entry.refuse(reason);
    this.#pump();
  }

  async #call<T>(task: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await task();
    this.#note(answer);
    return answer;
  }

  /** Closes the gate before anybody else hears of a refusal. */
  #note(answer: Answer<unknown>): void {
    const kind = answer.ok ? null : answer.error.kind;
    if (kind !== null && NO_ANSWER.includes(kind)) return;
    const event: GateEvent =
      !answer.ok && kind === 'throttled'
        ? { kind, wallMs: this.#clock.nowMs(), retryAfterMs: answer.error.retryAfterMs }
        : { kind: 'answered' };
    this.#apply(event);
    this.#pump();
  }

  #apply(event: GateEvent): void {
    const before = this.#gate;
    this.#gate = nextGate(before, event, this.#clock.monotonicMs());
    this.#options.onGate(this.#gate, before);
  }

  /** Brings the queue in line with the gate. Called after everything that may change the answer. */
  #pump(): void {
    this.#alarm?.abort();
    this.#alarm = null;
    if (this.#closed || this.#waiting.size === 0) {
      this.#queue.pause();
      return;
    }
    this.#renewAfterClockStep();
    const heldBack = [...this.#planned].some(hasSlot) ? 0 : this.#held + this.#claimed;
    const delayMs = waitMs(this.#gate, this.#clock.monotonicMs(), heldBack);
    if (delayMs === 0) {
      this.#queue.start();
    } else {
      this.#queue.pause();
      this.#wakeIn(delayMs);
    }
  }

  #wakeIn(delayMs: number): void {
    const alarm = new AbortController();
    this.#alarm = alarm;
    void this.#clock.sleep(delayMs, alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.#pump();
    });
  }

  /**
   * p-queue measures by the system's clock: set back by an hour, it would hold its calls for an hour. A new
   * queue forgets its history; the gate has its own, in monotonic time.
   */
  #renewAfterClockStep(): void {
    const offsetMs = this.#offsetMs();
    if (Math.abs(offsetMs - this.#clockOffsetMs) < CLOCK_STEP_MS) return;
    this.#clockOffsetMs = offsetMs;
    this.#queue.clear();
    this.#queue = this.#makeQueue();
    for (const entry of this.#waiting) this.#enqueue(entry);
  }

  /**
   * Half a minute's budget at most: the rest of a large plan goes on at the lane's pace. To hold all of it the lane
   * would have to lie idle for a minute first, and nobody else could come in for another.
   */
  #holdable(slots: number): number {
    return Math.min(slots, Math.ceil(capAt(this.#gate, this.#clock.monotonicMs()) / 2));
  }

  #offsetMs(): number {
    return this.#clock.nowMs() - this.#clock.monotonicMs();
  }

  #makeQueue(): PQueue {
    return new PQueue({
      autoStart: false,
      concurrency: this.#options.concurrency,
      strict: true,
      interval: WINDOW_MS,
      intervalCap: this.#options.ratePerMinute,
    });
  }
}

const hasSlot = ({ hold }: Entry): boolean => hold !== null && hold.left > 0;

function laneFull(waiting: number): Answer<never> {
  return err(makeFailure({ kind: 'retry', code: 'Lane.Full', message: `${waiting} calls wait already` }));
}
