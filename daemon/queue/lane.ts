// One lane: the calls of one operation in one account and region, which is how the vendor counts them.
//
// p-queue keeps the waiting calls in order of priority and bounds how many run at once. The gate alone says when the
// next one may start: the queue is paused except while the gate would let a call start now.
import PQueue from 'p-queue';
import { err, type Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import { makeFailure, type Failure, type FailureKind } from '../ecs/failures/failure.ts';
import { Alarm } from './alarm.ts';
import { capAt, holdable, msToNextStart, nextGate, openGate, type Gate, type GateEvent } from './gate.ts';
import type { LaneBudget } from './reservation-order.ts';
import { LaneClosed, refusalAtEntry, Turn } from './turn.ts';

export type CallResult<T> = Result<T, Failure>;

export interface LaneOptions {
  readonly ratePerMinute: number;
  /** Calls that may be under way at once. */
  readonly concurrency: number;
  /** Calls that may wait; further ones are refused at once. */
  readonly maxWaiting: number;
  readonly clock: Clock;
  /** Called after every change of the gate. */
  readonly onGate: (gate: Gate, before: Gate) => void;
}

export interface TaskOptions {
  /** Higher goes first; 0 unless given. */
  readonly priority: number;
  readonly signal: AbortSignal | null;
}

/** Slots of a lane's minute that belong to one plan; each of its calls uses up one. */
export interface HeldSlots {
  left: number;
}

interface WaitingCall extends TaskOptions {
  /** Null: the call takes what is free. */
  readonly slots: HeldSlots | null;
  /** Starts the call; settles the caller's promise, never rejects. */
  readonly start: () => Promise<void>;
  readonly refuse: (reason: LaneClosed) => void;
  /** Takes the call out of the queue. */
  readonly ticket: AbortController;
}

/** Answers that say nothing about the budget: the call may never have reached the vendor's counter. */
const NO_ANSWER: readonly FailureKind[] = ['retry', 'unknown'];

/** Calls with slots go first: their slots are free, and would else be so for nothing. */
const SLOT_PRIORITY = 1e9;

export class Lane {
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  readonly #queue: PQueue;
  readonly #alarm: Alarm;
  readonly #waiting = new Set<WaitingCall>();
  /** Those of them that belong to a plan with slots. */
  readonly #planned = new Set<WaitingCall>();
  #gate: Gate;
  /** Slots that plans hold and have not used. */
  #held = 0;
  /** Slots that the next reservation waits for. */
  #keptFree = 0;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#queue = new PQueue({ autoStart: false, concurrency: options.concurrency });
    this.#alarm = new Alarm(options.clock, () => this.#pump());
    this.#gate = openGate(options.ratePerMinute, options.clock.monotonicMs());
  }

  status(): { readonly waiting: number; readonly mode: Gate['mode']; readonly callsPerMinute: number } {
    const callsPerMinute = capAt(this.#gate, this.#clock.monotonicMs());
    return { waiting: this.#waiting.size, mode: this.#gate.mode, callsPerMinute };
  }

  budget(): LaneBudget {
    return { gate: this.#gate, held: this.#held };
  }

  /** Of a large plan not all slots are held, see `holdable`. */
  hold(wanted: number): HeldSlots {
    const slots = { left: holdable(this.#gate, this.#clock.monotonicMs(), wanted) };
    this.#held += slots.left;
    return slots;
  }

  release(slots: HeldSlots): void {
    this.#held -= slots.left;
    slots.left = 0;
    this.#pump();
  }

  /** For a reservation that waits, lest a steady stream of small calls never lets it in. */
  keepFree(slots: number): void {
    if (slots === this.#keptFree) return;
    this.#keptFree = slots;
    this.#pump();
  }

  run<T>(
    task: () => Promise<CallResult<T>>,
    options: TaskOptions & { readonly slots: HeldSlots | null },
  ): Promise<CallResult<T>> {
    const refusal = refusalAtEntry(this.#closed, options.signal);
    if (refusal !== null) return Promise.reject(refusal);
    if (this.#waiting.size >= this.#options.maxWaiting) return Promise.resolve(laneFull(this.#waiting.size));
    const turn = new Turn<CallResult<T>>(options.signal, () => this.#withdraw(call));
    const call: WaitingCall = {
      ...options,
      ticket: new AbortController(),
      refuse: (reason) => turn.refuse(reason),
      start: async () => {
        await Promise.allSettled([turn.grant(() => this.#answer(task))]);
      },
    };
    this.#waiting.add(call);
    if (call.slots !== null) this.#planned.add(call);
    this.#enqueue(call);
    this.#pump();
    return turn.promise;
  }

  /** Settles every waiting call with `LaneClosed`; calls under way go on to their end. */
  close(): void {
    this.#closed = true;
    this.#alarm.cancel();
    this.#queue.clear();
    for (const call of this.#waiting) call.refuse(new LaneClosed('the lanes are closed'));
    this.#waiting.clear();
    this.#planned.clear();
  }

  #enqueue(call: WaitingCall): void {
    const started = this.#queue.add(() => this.#begin(call), {
      priority: call.priority + (hasSlot(call) ? SLOT_PRIORITY : 0),
      signal: call.ticket.signal,
    });
    // Rejects only for a ticket that `#withdraw` took back.
    started.catch(() => undefined);
  }

  async #begin(call: WaitingCall): Promise<void> {
    this.#leave(call);
    if (call.slots !== null && hasSlot(call)) {
      call.slots.left -= 1;
      this.#held -= 1;
    }
    this.#queue.pause();
    this.#apply({ kind: 'started' });
    queueMicrotask(() => this.#pump());
    await call.start();
    this.#pump();
  }

  #withdraw(call: WaitingCall): void {
    this.#leave(call);
    call.ticket.abort();
    this.#pump();
  }

  #leave(call: WaitingCall): void {
    this.#planned.delete(call);
    this.#waiting.delete(call);
  }

  async #answer<T>(task: () => Promise<CallResult<T>>): Promise<CallResult<T>> {
    const answer = await task();
    this.#note(answer);
    return answer;
  }

  /** Closes the gate before anybody else hears of a refusal. */
  #note(answer: CallResult<unknown>): void {
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
    this.#alarm.cancel();
    this.#queue.pause();
    if (this.#closed || this.#waiting.size === 0) return;
    const heldBack = [...this.#planned].some(hasSlot) ? 0 : this.#held + this.#keptFree;
    const delayMs = msToNextStart(this.#gate, this.#clock.monotonicMs(), heldBack);
    if (delayMs === 0) this.#queue.start();
    else this.#alarm.ringIn(delayMs);
  }
}

const hasSlot = ({ slots }: WaitingCall): boolean => slots !== null && slots.left > 0;

const laneFull = (waiting: number): CallResult<never> =>
  err(makeFailure({ kind: 'retry', code: 'Lane.Full', message: `${waiting} calls wait already` }));
