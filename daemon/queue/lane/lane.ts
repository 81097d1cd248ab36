// One lane: the calls of one operation in one account and region, which is how the vendor counts them. Whose turn it is says
// the line of those that wait; when the next call may start, the gate; how many may be under way, the flight. What holds
// slots goes before all that waits: its slots are free, and would else be so for nothing.
import type { Clock } from '../../clock.ts';
import { Alarm } from '../alarm.ts';
import { Flight, type FlightBounds, type FlightEntry } from './flight.ts';
import { capAt, holdable, msToNextStart, nextGate, openGate, type Gate, type GateEvent } from '../gate.ts';
import {
  countsAsFix,
  hasSlot,
  isAnswer,
  laneFull,
  type CallResult,
  type HeldSlots,
  type PlannedCall,
  type TaskOptions,
  type WaitingCall,
} from './lane-call.ts';
import { LaneShare, type LaneShareOptions, type ShareDemand } from './lane-share.ts';
import { budgetAfter, type GrantedSlots, type LaneBudget } from '../reservation-order.ts';
import { LaneClosed, refusalAtEntry, Turn } from '../turn.ts';
import { UrgencyLine } from './urgency-line.ts';

export interface LaneOptions {
  readonly ratePerMinute: number;
  /** Calls that may be under way at once. */
  readonly underWay: FlightBounds;
  /** Calls that may wait; further ones are refused at once. */
  readonly maxWaiting: number;
  readonly clock: Clock;
  /** Called after every change of the gate. */
  readonly onGate: (gate: Gate, before: Gate) => void;
  /** Null: no other process uses the lane. */
  readonly sharing: LaneSharing | null;
}

export type LaneSharing = Pick<LaneShareOptions, 'store' | 'holder' | 'unshared' | 'lane' | 'onUnshared'>;

export interface LaneFigures {
  readonly waiting: number;
  readonly mode: Gate['mode'];
  readonly callsPerMinute: number;
  /** Calls since the start of the process. */
  readonly started: number;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #line = new UrgencyLine<WaitingCall>();
  /** Calls that belong to a plan with slots. In the order of arrival. */
  readonly #planned = new Set<WaitingCall>();
  readonly #flight: Flight;
  readonly #share: LaneShare | null;
  #gate: Gate;
  /** Slots that plans hold and have not used. */
  #held = 0;
  /** Slots that the next reservation waits for. */
  #keptFree = 0;
  #started = 0;
  #closed = false;
  #isPumping = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#flight = new Flight(options.underWay);
    this.#alarm = new Alarm(options.clock, () => this.#pump());
    this.#gate = openGate(options.ratePerMinute, options.clock.monotonicMs());
    const { sharing, ratePerMinute, clock } = options;
    this.#share =
      sharing === null
        ? null
        : new LaneShare({
            ...sharing,
            ratePerMinute,
            clock,
            demand: () => this.#demand(),
            onAnswer: (starts) => {
              this.#apply({ kind: 'known', starts });
              this.#pump();
            },
          });
  }

  status(): LaneFigures {
    const callsPerMinute = capAt(this.#gate, this.#clock.monotonicMs());
    return { waiting: this.#waiting, mode: this.#gate.mode, callsPerMinute, started: this.#started };
  }

  budget(): LaneBudget {
    const [budget, share] = [{ gate: this.#gate, held: this.#held }, this.#share];
    if (share === null) return budget;
    const nowMs = this.#clock.monotonicMs();
    return { ...budget, share: { msTo: (calls) => share.msTo(calls, nowMs), processes: share.holders } };
  }

  hold(granted: GrantedSlots): HeldSlots {
    const { gate, held } = budgetAfter(this.budget(), granted, this.#clock.monotonicMs());
    this.#gate = gate;
    this.#held = held;
    return { left: granted.slots, privileged: granted.privileged };
  }

  release(slots: HeldSlots): void {
    this.#held -= slots.left;
    if (!slots.privileged) this.#tell({ kind: 'returned', slots: slots.left });
    slots.left = 0;
    this.#demote();
    this.#pump();
  }

  /** For a reservation that waits, lest a steady stream of small calls never lets it in. */
  keepFree(slots: number): void {
    const isOther = slots !== this.#keptFree;
    this.#keptFree = slots;
    if (slots > 0 && !this.#mayGetSoon(this.#demand().held)) this.#tell({ kind: 'waited' });
    if (isOther) this.#pump();
  }

  run<T>(
    task: () => Promise<CallResult<T>>,
    options: TaskOptions & { readonly slots: HeldSlots | null },
  ): Promise<CallResult<T>> {
    const refusal = refusalAtEntry(this.#closed, options.signal);
    if (refusal !== null) return Promise.reject(refusal);
    if (this.#waiting >= this.#options.maxWaiting) return Promise.resolve(laneFull(this.#waiting));
    const turn = new Turn<CallResult<T>>(options.signal, () => {
      this.#leave(call);
      this.#pump();
    });
    const call: WaitingCall = {
      ...options,
      refuse: (reason) => turn.refuse(reason),
      start: async () => {
        const [end] = await Promise.allSettled([turn.grant(() => this.#answer(task))]);
        return end.status === 'fulfilled' && isAnswer(end.value);
      },
    };
    if (hasSlot(call)) this.#planned.add(call);
    else this.#joinLine(call);
    this.#pump();
    return turn.promise;
  }

  /** Settles every waiting call with `LaneClosed`; calls under way go on to their end. */
  close(): void {
    this.#closed = true;
    this.#alarm.cancel();
    const waiting = [...this.#planned, ...this.#line.all()];
    this.#planned.clear();
    this.#line.clear();
    for (const call of waiting) call.refuse(new LaneClosed('the lanes are closed'));
    this.#share?.close();
  }

  #demand(): ShareDemand {
    const { gate, processes } = { gate: this.#gate, processes: this.#share?.holders };
    const next = holdable(gate, this.#clock.monotonicMs(), this.#keptFree, processes);
    return { held: this.#held + next, waiting: this.#line.size, urgent: this.#line.sizeOf('fix') };
  }

  get #waiting(): number {
    return this.#planned.size + this.#line.size;
  }

  #joinLine(call: WaitingCall): void {
    this.#line.add(call, call.urgency === 'fix' && !countsAsFix(call) ? 'changed' : call.urgency);
  }

  #leave(call: WaitingCall): void {
    this.#planned.delete(call);
    this.#line.delete(call);
  }

  async #answer<T>(task: () => Promise<CallResult<T>>): Promise<CallResult<T>> {
    const answer = await task();
    this.#note(answer);
    return answer;
  }

  /** Closes the gate before any other call hears of a refusal. */
  #note(answer: CallResult<unknown>): void {
    if (!isAnswer(answer)) return;
    const event: GateEvent =
      !answer.ok && answer.error.kind === 'throttled'
        ? { kind: 'throttled', wallMs: this.#clock.nowMs(), retryAfterMs: answer.error.retryAfterMs }
        : { kind: 'answered' };
    this.#apply(event);
    this.#pump();
  }

  #apply(event: GateEvent): void {
    const before = this.#gate;
    this.#tell(event);
    this.#options.onGate(this.#gate, before);
  }

  #tell(event: GateEvent): void {
    this.#gate = nextGate(this.#gate, event, this.#clock.monotonicMs());
  }

  /** Starts what may start. Called after everything that may change the answer. */
  #pump(): void {
    // What starts may bring about a call of this; the loop goes on anyway.
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#startNext());
    } finally {
      this.#isPumping = false;
    }
    this.#share?.review();
  }

  /** Whether a call was started; if not, the alarm is set to when one may be. */
  #startNext(): boolean {
    this.#alarm.cancel();
    const nowMs = this.#clock.monotonicMs();
    this.#flight.settle(nowMs);
    const candidates = this.#closed || this.#waiting === 0 ? [] : this.#candidates(nowMs);
    const waits = candidates.map((call) => ({ call, waitMs: this.#waitOf(call, nowMs) }));
    const ready = waits.find(({ waitMs }) => waitMs === 0);
    if (ready !== undefined) {
      this.#start(ready.call, nowMs);
      return true;
    }
    const isHeldUp = waits.length > 0 && this.#line.size > 0;
    if (isHeldUp && !this.#mayGetSoon(this.#held + 1)) this.#tell({ kind: 'waited' });
    this.#ringIn(Math.min(...waits.map(({ waitMs }) => waitMs), this.#flight.msToOverdue(nowMs)));
    return false;
  }

  /** It is not that the minute is used up: the other processes have not been asked for so much yet. */
  #mayGetSoon(calls: number): boolean {
    return this.#share?.mayGetSoon(calls, this.#clock.monotonicMs()) ?? false;
  }

  #ringIn(delayMs: number): void {
    if (delayMs < Infinity) this.#alarm.ringIn(delayMs);
  }

  /** Those that may be the next, in the order of their rights: while the routine has to wait, a fix need not. */
  #candidates(nowMs: number): readonly WaitingCall[] {
    const [planned] = this.#planned;
    const [next, fix] = [this.#line.next(), this.#line.first('fix')];
    const callsPerMinute = capAt(this.#gate, nowMs);
    // What has its turn before a fix goes as that does, lest the fix wait with it until there is room.
    const goesAsFix = (call: WaitingCall): boolean =>
      countsAsFix(call) || (call === next && fix !== undefined);
    return [planned, next, fix].flatMap((call) =>
      call !== undefined && this.#flight.hasRoom(callsPerMinute, goesAsFix(call)) ? [call] : [],
    );
  }

  #waitOf(call: WaitingCall, nowMs: number): number {
    const heldBack = hasSlot(call) ? 0 : this.#held + this.#keptFree;
    const gateMs = msToNextStart(this.#gate, nowMs, { heldBack, privileged: this.#isPrivileged(call) });
    return Math.max(gateMs, this.#share?.msTo(hasSlot(call) ? 1 : this.#held + 1, nowMs) ?? 0);
  }

  /** A routine that many fixes went before has its turn as they have theirs. */
  #isPrivileged(call: WaitingCall): boolean {
    return hasSlot(call) || countsAsFix(call) || (this.#line.isFairTurn && this.#line.next() === call);
  }

  #start(call: WaitingCall, nowMs: number): void {
    const privileged = this.#isPrivileged(call);
    if (hasSlot(call)) this.#useSlot(call);
    else this.#line.take(call);
    this.#started += 1;
    const entry: FlightEntry = { beganMs: nowMs, onOverdue: call.onOverdue };
    this.#flight.begin(entry, capAt(this.#gate, nowMs));
    this.#share?.started(nowMs);
    this.#apply({ kind: 'started', privileged });
    void call.start().then((answered) => {
      this.#flight.end(entry, this.#clock.monotonicMs(), answered);
      this.#pump();
    });
  }

  #useSlot(call: PlannedCall): void {
    this.#planned.delete(call);
    call.slots.left -= 1;
    this.#held -= 1;
    this.#demote();
  }

  /** Calls whose slots are gone wait like all others. */
  #demote(): void {
    for (const call of this.#planned) {
      if (hasSlot(call)) continue;
      this.#planned.delete(call);
      this.#joinLine(call);
    }
  }
}
