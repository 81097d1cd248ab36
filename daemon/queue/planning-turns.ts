// A plan takes this thread for some milliseconds, and many answers may come at once. So plans are made one a turn of the
// event loop, the most urgent first: between two of them health checks, signals and the files of the policies have theirs.
// What comes in there needs many turns, so after a plan that no one waits for the thread rests from planning as long as
// that plan took, and longer while policies are read.
import type { Clock } from '../clock.ts';
import type { Urgency } from '../ecs/urgency.ts';
import { UrgencyLine } from './lane/urgency-line.ts';

/** Calls what it is given in a later turn of the event loop, when what came in meanwhile has been heard. */
export type NextTurn = (run: () => void) => void;

/** Of the time that the plan before took. */
const REST = 1;
const REST_WHILE_READING = 9;

export class PlanningTurns {
  readonly #nextTurn: NextTurn;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  readonly #line = new UrgencyLine<() => void>();
  #isCalled = false;
  #isResting = false;
  #restUntilMs = -Infinity;
  #readings = 0;

  constructor(nextTurn: NextTurn, clock: Pick<Clock, 'monotonicMs' | 'sleep'>) {
    this.#nextTurn = nextTurn;
    this.#clock = clock;
  }

  /**
   * Resolves when the turn has come, or when the signal aborts, and never rejects. What is done then up to the next event is
   * all that this turn of the loop does. As many wait as groups are read side by side.
   */
  take(urgency: Urgency, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#line.delete(go);
        go();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#line.add(go, urgency);
      this.#call();
    });
  }

  /** While the work goes on, which many turns of the loop make up, plans that can wait have fewer of them. */
  async yieldTo<T>(work: () => Promise<T>): Promise<T> {
    this.#readings += 1;
    try {
      return await work();
    } finally {
      this.#readings -= 1;
      if (this.#readings === 0) this.#restUntilMs = -Infinity;
      this.#call();
    }
  }

  #call(): void {
    const next = this.#line.next();
    if (this.#isCalled || next === undefined) return;
    const canWait = next === this.#line.first('routine');
    const restMs = canWait ? this.#restUntilMs - this.#clock.monotonicMs() : 0;
    if (restMs > 0) {
      void this.#rest(restMs);
      return;
    }
    this.#isCalled = true;
    this.#nextTurn(() => this.#plan());
  }

  /** The turn has come; the one after it tells how long the plan took. */
  #plan(): void {
    const next = this.#line.next();
    if (next !== undefined) {
      const beganMs = this.#clock.monotonicMs();
      this.#line.take(next);
      next();
      this.#nextTurn(() => {
        const nowMs = this.#clock.monotonicMs();
        this.#restUntilMs = nowMs + (nowMs - beganMs) * (this.#readings > 0 ? REST_WHILE_READING : REST);
        this.#isCalled = false;
        this.#call();
      });
      return;
    }
    this.#isCalled = false;
  }

  async #rest(restMs: number): Promise<void> {
    if (this.#isResting) return;
    this.#isResting = true;
    await this.#clock.sleep(restMs);
    this.#isResting = false;
    this.#call();
  }
}
