// A command that a person waits for gives an account and region up as a whole: an endpoint that does not answer and
// credentials that are refused are so for each group alike. The first reads show which it is; the others wait for them.
import { err, type Result } from '../../reconciler/model/result.ts';
import { placeKey } from '../../reconciler/model/group.ts';
import type { Clock } from '../clock.ts';
import type { Place, ReadAt } from '../ecs/api.ts';
import type { Pacer } from '../ecs/ask.ts';
import { concernsAccount, hasWrongAddress, makeFailure, type Failure } from '../ecs/failures/failure.ts';

/** Reads under way while nothing is known of a place: more than one, since one may hang by accident. */
const FIRST_READS = 2;
/** Of the patience: an attempt that takes longer is made once more before it ends. */
const SHARE_OF_ONE_ATTEMPT = 0.4;
/** In a row, beside the time: before a place that has answered counts as dead. */
const FAILED_ATTEMPTS = 3;

export interface PatienceOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** How long a place may go without a usable answer. */
  readonly timeoutMs: number;
}

export class OneShotPatience {
  readonly #options: PatienceOptions;
  readonly #places = new Map<string, PlaceTrust>();

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Reads as `pacer` does, and gives places up. */
  over(pacer: Pacer): Pacer {
    return (operation, at, run) =>
      this.#trustIn(at).read(at, run, (signal, attempt) => pacer(operation, { ...at, signal }, attempt));
  }

  /** Why the place was given up; null: it was not. */
  givenUp(place: Place): Failure | null {
    return this.#places.get(placeKey(place))?.verdict() ?? null;
  }

  /** Whether the place has answered. */
  hasAnswered(place: Place): boolean {
    return this.#places.get(placeKey(place))?.hasAnswered ?? false;
  }

  /** Nothing is waited for any more. */
  close(): void {
    for (const place of this.#places.values()) place.close();
  }

  #trustIn(place: Place): PlaceTrust {
    const key = placeKey(place);
    const trust = this.#places.get(key) ?? new PlaceTrust(this.#options);
    this.#places.set(key, trust);
    return trust;
  }
}

type ReadAnswer<T> = Result<T, Failure>;
type Attempt<T> = () => Promise<ReadAnswer<T>>;
type Paced<T> = (signal: AbortSignal, attempt: Attempt<T>) => Promise<ReadAnswer<T>>;

class PlaceTrust {
  readonly #options: PatienceOptions;
  readonly #givenUp = new AbortController();
  readonly #decided = new AbortController();
  #verdict: Failure | null = null;
  hasAnswered = false;
  #firstReads = 0;
  #last: Failure | null = null;
  /** Since the last usable answer. */
  #failed = { attempts: 0, sinceMs: 0 };

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Why it was given up; null: it was not. */
  verdict(): Failure | null {
    return this.#verdict;
  }

  async read<T>(at: ReadAt, run: Attempt<T>, paced: Paced<T>): Promise<ReadAnswer<T>> {
    if (!this.#isDecided && this.#firstReads >= FIRST_READS)
      await whenAborted(this.#decided.signal, at.signal);
    const before = this.verdict();
    if (before !== null) return err(before);
    if (!this.#isDecided) this.#countFirstRead();
    const signals = [this.#givenUp.signal, ...(at.signal === undefined ? [] : [at.signal])];
    const answer = await Promise.race([
      paced(AbortSignal.any(signals), () => this.#attempt(run)),
      whenAborted(this.#givenUp.signal).then(() => null),
    ]);
    if (answer?.ok === true) return answer;
    return err(this.verdict() ?? answer?.error ?? noAnswer(this.#options.timeoutMs));
  }

  close(): void {
    this.#decided.abort();
  }

  get #isDecided(): boolean {
    return this.#decided.signal.aborted;
  }

  #countFirstRead(): void {
    this.#firstReads += 1;
    if (this.#firstReads > 1) return;
    const { clock, timeoutMs } = this.#options;
    void clock.sleep(timeoutMs, this.#decided.signal).then(() => {
      if (!this.#isDecided) this.#giveUp(this.#last ?? noAnswer(timeoutMs));
    });
  }

  async #attempt<T>(run: Attempt<T>): Promise<ReadAnswer<T>> {
    const answer = this.hasAnswered ? await run() : await this.#within(run);
    if (answer.ok) this.#answered();
    else this.#note(answer.error);
    return answer;
  }

  async #within<T>(run: Attempt<T>): Promise<ReadAnswer<T>> {
    const { clock, timeoutMs } = this.#options;
    const longestMs = timeoutMs * SHARE_OF_ONE_ATTEMPT;
    const done = new AbortController();
    const late = clock.sleep(longestMs, done.signal).then(() => err(noAnswer(longestMs)));
    try {
      return await Promise.race([run(), late]);
    } finally {
      done.abort();
    }
  }

  #note(failure: Failure): void {
    const isWrong = concernsAccount(failure) || (!this.hasAnswered && hasWrongAddress(failure));
    if (isWrong) this.#giveUp(failure);
    else if (isFromCloud(failure)) this.#answered();
    else this.#noteSilence(failure);
  }

  #noteSilence(failure: Failure): void {
    const { clock, timeoutMs } = this.#options;
    this.#last = failure;
    if (this.#failed.attempts === 0) this.#failed.sinceMs = clock.monotonicMs();
    this.#failed.attempts += 1;
    const { attempts, sinceMs } = this.#failed;
    const isDead = attempts >= FAILED_ATTEMPTS && clock.monotonicMs() - sinceMs >= timeoutMs;
    if (this.hasAnswered && isDead) this.#giveUp(failure);
  }

  #answered(): void {
    this.hasAnswered = true;
    this.#failed.attempts = 0;
    this.#decided.abort();
  }

  #giveUp(failure: Failure): void {
    this.#verdict ??= failure;
    this.#decided.abort();
    this.#givenUp.abort();
  }
}

/** The vendor's codes; ours say that there was no usable answer. */
const isFromCloud = ({ code }: Failure): boolean => !/^(Transport|Lane)\./.test(code);

const noAnswer = (afterMs: number): Failure =>
  makeFailure({ kind: 'retry', code: 'Transport.Timeout', message: `no answer within ${afterMs / 1000} s` });

/** Resolves when one of them aborts. */
function whenAborted(signal: AbortSignal, other?: AbortSignal): Promise<void> {
  const any = AbortSignal.any(other === undefined ? [signal] : [signal, other]);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve(), { once: true });
  });
}
