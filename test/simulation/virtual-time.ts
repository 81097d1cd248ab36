// Time that the simulation drives. Everything the daemon and its libraries ask the machine (timers, Date.now,
// performance.now) is answered from here, and a day passes as fast as its events can be worked off. Between two
// events all promises that can settle do, so one seed gives one order of events.
//
// Two kinds of events: those of a process under test, which came through the global timers and die or wait
// with the process; and those of the world around it, which nothing stops. Several processes may run side by side: what
// happens from one event to the next is done by one of them at most, so a timer that is made belongs to that one.
import { setImmediate as realImmediate } from 'node:timers';

/** When every simulation begins. */
export const START_MS = Date.UTC(2026, 4, 1, 10, 0, 20);

interface Entry {
  dueMs: number;
  /** Order of events that are due at once. */
  order: number;
  readonly run: () => void;
  /** Null: an event of the world. */
  readonly of: VirtualProcess | null;
  gone: boolean;
}

/** Its clock may be wrong, also for the processes that it runs later. */
export class Machine {
  wallErrorMs: number;
  constructor(wallErrorMs = 0) {
    this.wallErrorMs = wallErrorMs;
  }
}

/** A process under test. What is the world's and reaches into it comes in by `run`. */
export class VirtualProcess {
  readonly machine: Machine;
  readonly #time: VirtualTime;
  #isAlive = true;
  #frozenUntilMs = -Infinity;
  /** One after the other. */
  readonly #freezes: Array<{ readonly fromMs: number; readonly untilMs: number }> = [];

  constructor(time: VirtualTime, machine: Machine) {
    this.#time = time;
    this.machine = machine;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** When it could last not do anything; minus infinity if it always could. */
  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  get isFrozen(): boolean {
    return this.#time.nowMs < this.#frozenUntilMs;
  }

  /** Its timers are gone, and what its last promises still set up never comes. */
  kill(): void {
    this.#isAlive = false;
  }

  /** As SIGSTOP and SIGCONT: none of its timers fires before the time is over; then all that are due do. */
  freeze(forMs: number): void {
    const { nowMs } = this.#time;
    const [fromMs, untilMs] = [Math.max(this.#frozenUntilMs, nowMs), nowMs + forMs];
    if (untilMs <= fromMs) return;
    this.#freezes.push({ fromMs, untilMs });
    this.#frozenUntilMs = untilMs;
  }

  /** How much of the time since that moment it was not frozen. */
  awakeMsSince(sinceMs: number): number {
    const { nowMs } = this.#time;
    const frozenMs = this.#freezes.map(({ fromMs, untilMs }) =>
      Math.max(0, Math.min(untilMs, nowMs) - Math.max(fromMs, sinceMs)),
    );
    return frozenMs.reduce((awakeMs, ms) => awakeMs - ms, nowMs - sinceMs);
  }

  /** Does it now, or as an event of its own as soon as it can: when it is thawed, and another process has had its turn. */
  run(work: () => void): void {
    if (!this.isFrozen && this.#time.enter(this)) work();
    else this.in(0, work);
  }

  /** Answers how to call it off. */
  in(delayMs: number, work: () => void): () => void {
    return this.#time.in(delayMs, work, this);
  }
}

/** What `setTimeout` gives back; Node's has these methods too. */
class Timer {
  entry: Entry;
  constructor(entry: Entry) {
    this.entry = entry;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

const GLOBALS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const;

export class VirtualTime {
  /** True time: what the vendor's clock shows. */
  readonly #startWallMs: number;
  #nowMs = 0;
  #order = 0;
  /** What gives others a turn of the real event loop and has not gone on: it belongs to the present event. */
  #pauses = 0;
  /** Whose event the present one is; null: no process has done anything in it yet. */
  #current: VirtualProcess | null = null;
  /** The clock that people and the checks look at while no process does anything. */
  readonly home = new Machine();
  /** A heap by time, then by order. */
  readonly #heap: Entry[] = [];

  constructor(startWallMs: number) {
    this.#startWallMs = startWallMs;
  }

  /** Milliseconds since the simulation began; never jumps. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** What a right clock shows. */
  get trueWallMs(): number {
    return this.#startWallMs + this.#nowMs;
  }

  /** What the clock of the machine shows whose process does something just now. */
  get wallMs(): number {
    return this.trueWallMs + (this.#current?.machine ?? this.home).wallErrorMs;
  }

  /** An event of the world, or of a process. Answers how to call it off. */
  in(delayMs: number, run: () => void, of: VirtualProcess | null = null): () => void {
    const entry = this.#add(delayMs, run, of);
    return () => (entry.gone = true);
  }

  /** What is done until the next event is done by it. */
  newProcess(machine: Machine): VirtualProcess {
    const process = new VirtualProcess(this, machine);
    if (!this.enter(process)) throw new Error('a process starts in an event of another one');
    return process;
  }

  /** What is done until the next event is done by the process; false: it is another's, or the process is dead. */
  enter(process: VirtualProcess): boolean {
    if (!process.isAlive) return false;
    this.#current ??= process;
    return this.#current === process;
  }

  /** Runs the next event that is due by then; false if there is none. Either way all promises settle that can. */
  async step(untilMs: number): Promise<boolean> {
    const entry = this.#pop(untilMs);
    if (entry === null) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      await this.#settle();
      return false;
    }
    this.#nowMs = entry.dueMs;
    this.#current = entry.of;
    entry.run();
    await this.#settle();
    this.#current = null;
    return true;
  }

  /** Answers the machine's questions about time from here while `use` runs. */
  async installed<T>(use: () => Promise<T>): Promise<T> {
    const saved = GLOBALS.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
    const put = (target: object, name: string, value: unknown) =>
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    const { now } = Date;
    put(globalThis, 'setTimeout', (run: () => void, delayMs = 0) => this.#timer(run, delayMs));
    put(globalThis, 'setInterval', (run: () => void, everyMs = 0) => this.#interval(run, everyMs));
    for (const name of ['clearTimeout', 'clearInterval']) put(globalThis, name, clear);
    put(globalThis, 'setImmediate', (run: () => void) => this.#immediate(run));
    put(Date, 'now', () => this.wallMs);
    put(performance, 'now', () => this.nowMs);
    try {
      return await use();
    } finally {
      GLOBALS.forEach((name, index) => {
        const descriptor = saved[index];
        if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
      });
      put(Date, 'now', now);
      Reflect.deleteProperty(performance, 'now');
    }
  }

  #timer(run: () => void, delayMs: number): Timer {
    // As Node: no timer is shorter than a millisecond.
    const entry = this.#add(Math.max(1, Math.ceil(delayMs)), run, this.#current);
    // Whatever is not a process has no business with these.
    if (this.#current === null) entry.gone = true;
    return new Timer(entry);
  }

  #immediate(run: () => void): NodeJS.Immediate {
    this.#pauses += 1;
    return realImmediate(() => {
      this.#pauses -= 1;
      run();
    });
  }

  /** A turn of the real event loop comes only when no promise is left to settle. */
  async #settle(): Promise<void> {
    do await new Promise<void>((resolve) => void realImmediate(resolve));
    while (this.#pauses > 0);
  }

  #interval(run: () => void, everyMs: number): Timer {
    const again = () => {
      timer.entry = this.#timer(again, everyMs).entry;
      run();
    };
    const timer = this.#timer(again, everyMs);
    return timer;
  }

  #add(delayMs: number, run: () => void, of: VirtualProcess | null): Entry {
    const entry: Entry = {
      dueMs: this.#nowMs + delayMs,
      order: (this.#order += 1),
      run,
      of,
      gone: false,
    };
    this.#push(entry);
    return entry;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || inOrder(above, entry) <= 0) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(untilMs: number): Entry | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return null;
      const isGone = first.gone || first.of?.isAlive === false;
      if (!isGone && first.dueMs > untilMs) return null;
      this.#removeFirst();
      if (isGone) continue;
      const thawMs = first.of?.frozenUntilMs ?? -Infinity;
      if (thawMs <= first.dueMs) return first;
      first.dueMs = thawMs;
      first.order = this.#order += 1;
      this.#push(first);
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const smaller = right !== undefined && inOrder(right, left) < 0 ? 2 * at + 2 : 2 * at + 1;
      const below = heap[smaller];
      if (below === undefined || inOrder(last, below) <= 0) break;
      heap[at] = below;
      at = smaller;
    }
    heap[at] = last;
  }
}

const inOrder = (a: Entry, b: Entry): number => a.dueMs - b.dueMs || a.order - b.order;

function clear(timer: unknown): void {
  if (timer instanceof Timer) timer.entry.gone = true;
}
