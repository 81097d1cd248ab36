// This process's share of a lane that others may use too: how many calls it may start in a minute, whatever the gate
// would let through. It asks before the share is used up, so that no call waits for the answer while the lane runs evenly.
//
// From the moment it asks it keeps to the share that it says it keeps; so a question or an answer that is lost changes
// nothing but that the share ends by itself. Then it goes on with its standing share, which no one else may use.
import type { Clock } from '../../clock.ts';
import { equalShare } from '../../shares/record.ts';
import {
  SHARE_LASTS_MS,
  STANDING_LASTS_MS,
  type ShareAnswer,
  type SharePorts,
  type ShareRequest,
} from '../../shares/share-store.ts';
import { Alarm } from '../alarm.ts';
import { reserveOf } from '../gate.ts';
import { countWithin, firstWithin, startsWithin, windowWaitMs, WINDOW_MS } from '../minute.ts';

/** A share in use is renewed so often. */
const RENEW_MS = 3000;
/** Of the rate: what is asked for at once beside what is held, and below how much room more is asked for. */
const AT_ONCE_PARTS = 5;
const LOW_PARTS = 20;

/** What a lane needs calls for. */
export interface ShareDemand {
  /** Slots of plans that have theirs or are next to get them. */
  readonly held: number;
  /** Calls without a slot that wait; those of them that cannot wait. */
  readonly waiting: number;
  readonly urgent: number;
}

export interface LaneShareOptions extends SharePorts {
  /** Which lane, for the store. */
  readonly lane: string;
  readonly ratePerMinute: number;
  readonly clock: Clock;
  readonly demand: () => ShareDemand;
  /** Monotonic times of all calls of the last minute that are known, the oldest first. A share may be larger now. */
  readonly onAnswer: (starts: readonly number[]) => void;
  /** The store could not be asked, and the share has ended. Called once until it answers. */
  readonly onUnshared: (error: unknown) => void;
}

interface Deadline {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

const NEVER: Deadline = { monotonicMs: -Infinity, wallMs: -Infinity };
const NO_SHARE: ShareAnswer = {
  nowMs: 0,
  share: 0,
  standing: 0,
  isShort: false,
  isPressed: false,
  holders: 1,
  others: [],
};

export class LaneShare {
  readonly #options: LaneShareOptions;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #reserve: number;
  readonly #atOnce: number;
  readonly #low: number;
  /** Of this process, of the last minute and some before, the oldest first; the last `#untold` of them no answer has confirmed. */
  #starts: number[] = [];
  #untold = 0;
  #told = 0;
  #serial = 0;
  #share = 0;
  #endsAt = NEVER;
  #standsUntil = NEVER;
  #answer = NO_SHARE;
  /** Calls of others, as of the last answer. */
  #theirs: readonly number[] = [];
  #answeredMs = 0;
  #askedMs = -Infinity;
  #askedUrgent = 0;
  #isAsking = false;
  #isFailing = false;
  #isUnshared = false;
  #closed = false;

  constructor(options: LaneShareOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#reserve = reserveOf(options.ratePerMinute);
    this.#atOnce = Math.ceil(options.ratePerMinute / AT_ONCE_PARTS);
    this.#low = Math.ceil(options.ratePerMinute / LOW_PARTS);
    this.#alarm = new Alarm(options.clock, () => this.review());
  }

  /** Whether so many calls may be there for the asking. */
  mayGetSoon(calls: number, nowMs: number): boolean {
    return this.#limit(nowMs) < calls && !this.#answer.isShort;
  }

  /** Processes at work in this lane, as of the last answer. */
  get holders(): number {
    return this.#answer.holders;
  }

  /** How long until so many calls more may start; Infinity: not before an answer. */
  msTo(calls: number, nowMs: number): number {
    const limit = this.#limit(nowMs);
    return limit < calls ? Infinity : windowWaitMs(this.#starts, limit - calls + 1, WINDOW_MS, nowMs);
  }

  started(nowMs: number): void {
    const gone = firstWithin(this.#starts, nowMs);
    // Now and then, as it moves all that stay.
    if (gone > this.#starts.length / 2) this.#starts.splice(0, gone);
    this.#starts.push(nowMs);
    this.#untold += 1;
  }

  /** Asks the store if something is lacking or due. Call after everything that may change the demand. */
  review(): void {
    if (this.#isAsking || this.#closed) return;
    this.#alarm.cancel();
    const nowMs = this.#clock.monotonicMs();
    const lack = this.#lack(nowMs);
    if (lack === 'none' && this.#share === 0 && this.#untold === 0) return;
    const dueInMs = this.#askedMs + RENEW_MS - nowMs;
    if (lack === 'now' || dueInMs <= 0) void this.#ask(nowMs);
    else this.#alarm.ringIn(dueInMs);
  }

  /** Who was told that there is no more, or was told nothing, asks again when it is due, unless something urgent has come. */
  #lack(nowMs: number): 'none' | 'due' | 'now' {
    const limit = this.#limit(nowMs);
    const { want, urgent, least, isNeeded } = this.#wishes(nowMs);
    const isMoreToHave = Math.min(want, this.#options.ratePerMinute - this.#reserve) > limit;
    if (!isNeeded || least <= limit || (!isMoreToHave && urgent <= limit)) return 'none';
    if (this.#isFailing) return 'due';
    return urgent > this.#askedUrgent || (isMoreToHave && !this.#answer.isShort) ? 'now' : 'due';
  }

  /** Gives everything back, as far as the store can be told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#alarm.cancel();
    if (this.#serial === 0) return;
    const request = this.#request(this.#clock.monotonicMs(), { keep: 0, want: 0, urgent: 0, isLast: true });
    this.#options.store.serve(this.#options.lane, request).catch(() => undefined);
  }

  #limit(nowMs: number): number {
    if (this.#isUnshared && this.#options.unshared === 'rate') return this.#options.ratePerMinute;
    const standing = this.#isBefore(this.#standsUntil, nowMs) ? this.#answer.standing : 0;
    return this.#isBefore(this.#endsAt, nowMs) ? Math.max(this.#share, standing) : standing;
  }

  /** By both clocks: one of them stands still while the machine sleeps, the other may be set. */
  #isBefore({ monotonicMs, wallMs }: Deadline, nowMs: number): boolean {
    return nowMs < monotonicMs && this.#clock.nowMs() < wallMs;
  }

  /** As shares. With less than `least` the next call, or one soon, would have to wait. */
  #wishes(nowMs: number) {
    const { held, waiting, urgent } = this.#options.demand();
    const started = countWithin(this.#starts, nowMs);
    // As many as went since the last answer, and as many again: a process that does little leaves little behind if it is killed.
    const ahead = waiting > 0 || this.#untold > 0 ? Math.min(this.#low, 2 * this.#untold + 1) : 0;
    // Who has nothing yet must not wait until another has given something back.
    const first = started === 0 && held + waiting > 0 ? 1 : 0;
    return {
      want: started + held + Math.min(waiting, this.#atOnce) + ahead,
      urgent: started + Math.max(held + urgent, first),
      least: started + held + Math.min(waiting, this.#low),
      isNeeded: held + waiting > 0,
      idle: held + waiting + this.#untold === 0,
    };
  }

  async #ask(nowMs: number): Promise<void> {
    const sent: Deadline = { monotonicMs: nowMs, wallMs: this.#clock.nowMs() };
    const wishes = this.#wishes(nowMs);
    const keep = wishes.idle ? 0 : Math.min(this.#kept(nowMs), Math.max(wishes.want, wishes.urgent));
    const { want, urgent } = wishes.idle ? { want: 0, urgent: 0 } : wishes;
    const request = this.#request(nowMs, { keep, want, urgent, isLast: false });
    this.#share = keep;
    this.#isAsking = true;
    this.#askedMs = nowMs;
    this.#askedUrgent = urgent;
    try {
      const answer = await this.#options.store.serve(this.#options.lane, request);
      this.#take(answer, sent, request.calls.agesMs.length);
    } catch (error) {
      this.#isFailing = true;
      this.#isAsking = false;
      const isOver = !this.#isBefore(this.#endsAt, this.#clock.monotonicMs());
      if (isOver && !this.#isUnshared && !this.#closed) {
        this.#isUnshared = true;
        this.#options.onUnshared(error);
      }
    }
    if (this.#closed) return;
    this.#options.onAnswer(this.#known());
    this.review();
  }

  #request(nowMs: number, wishes: Pick<ShareRequest, 'keep' | 'want' | 'urgent' | 'isLast'>): ShareRequest {
    this.#starts = startsWithin(this.#starts, nowMs);
    // Calls that have left the minute need no telling.
    const untold = this.#starts.slice(this.#starts.length - Math.min(this.#starts.length, this.#untold));
    this.#told += this.#untold - untold.length;
    this.#untold = untold.length;
    return {
      holder: this.#options.holder,
      serial: (this.#serial += 1),
      ratePerMinute: this.#options.ratePerMinute,
      reserve: this.#reserve,
      calls: {
        before: this.#told,
        agesMs: untold.map((startMs) => nowMs - startMs),
        sentMs: this.#answer.nowMs + nowMs - this.#answeredMs,
      },
      ...wishes,
    };
  }

  #take(answer: ShareAnswer, sent: Deadline, told: number): void {
    const after = (ms: number): Deadline => ({
      monotonicMs: sent.monotonicMs + ms,
      wallMs: sent.wallMs + ms,
    });
    this.#isAsking = false;
    this.#isFailing = false;
    this.#isUnshared = false;
    this.#answer = answer;
    this.#answeredMs = this.#clock.monotonicMs();
    this.#theirs = answer.others.flatMap(([agoMs, calls]) =>
      Array<number>(calls).fill(sent.monotonicMs - agoMs),
    );
    this.#share = answer.share;
    this.#endsAt = after(SHARE_LASTS_MS);
    this.#standsUntil = after(STANDING_LASTS_MS);
    this.#told += told;
    this.#untold -= told;
  }

  /** What it goes on with until it is answered. Where others want more, what leaves the minute is divided, bit by bit. */
  #kept(nowMs: number): number {
    if (!this.#isBefore(this.#endsAt, nowMs)) return 0;
    const { isPressed, holders } = this.#answer;
    if (!isPressed) return this.#share;
    const { ratePerMinute } = this.#options;
    const started = countWithin(this.#starts, nowMs);
    const leaving = started - countWithin(this.#starts, nowMs + RENEW_MS);
    const given = Math.ceil((leaving * (holders - 1)) / holders);
    const used = started + this.#options.demand().held - given;
    return Math.min(
      this.#share,
      Math.max(equalShare({ ratePerMinute, reserve: this.#reserve }, holders), used),
    );
  }

  /** Own calls exactly, those of others as far as they told. */
  #known(): readonly number[] {
    return [...this.#starts, ...this.#theirs].sort((a, b) => a - b);
  }
}
