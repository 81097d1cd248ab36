// One call, tried until it has an answer or patience ends. Every attempt sends the same token and parameters,
// so that however often it is sent, it takes effect once. What the answer means for the plan is not known here.
import { err, type Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import type { Operation } from '../../reconciler/model/operation.ts';
import type { EcsApi, Place, WriteRequest } from '../ecs/api.ts';
import { makeFailure, type Failure, type FailureKind } from '../ecs/failures/failure.ts';
import type { CommonFields, Telemetry } from '../telemetry/events.ts';
import { firstBackoff, nextBackoff, type Backoff, type BackoffPolicy } from './backoff.ts';
import type { CallResult, LaneCode } from './lane/lane-call.ts';
import type { Lanes, RunOptions } from './lanes.ts';
import { LaneClosed } from './turn.ts';

export interface RetryPolicy {
  /** For `retry` and `unknown`. */
  readonly trouble: BackoffPolicy;
  /** For `throttled`; the lane itself waits for the vendor's minute, so this must outlast several minutes. */
  readonly throttling: BackoffPolicy;
}

export const RETRIES: RetryPolicy = {
  trouble: { firstDelayMs: 500, maxDelayMs: 20_000, maxAttempts: 8, patienceMs: 120_000 },
  throttling: { firstDelayMs: 1000, maxDelayMs: 15_000, maxAttempts: 100, patienceMs: 6 * 60_000 },
};

/** For reads that a plan can do without: it waits for them a little. */
export const RETRIES_OF_LISTS: RetryPolicy = {
  trouble: { firstDelayMs: 500, maxDelayMs: 5000, maxAttempts: 3, patienceMs: 20_000 },
  throttling: { firstDelayMs: 1000, maxDelayMs: 15_000, maxAttempts: 20, patienceMs: 90_000 },
};

export interface CallPorts {
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly retries: RetryPolicy;
}

export interface AttemptOptions extends Partial<Omit<RunOptions, 'onOverdue'>> {
  /** Goes into every event of this call. */
  readonly about: CommonFields;
  /** Called when an attempt takes far longer than usual, and before each wait for the next one. */
  readonly onStalled?: () => void;
}

/**
 * Answers what the last attempt answered, with one exception: if patience ended and any attempt may have
 * taken effect, the kind is `unknown`. Closed lanes answer `retry` with the code `Lane.Closed`, or `Lane.NeverSent`
 * if there was no attempt. Never rejects
 * but for a bug in `write`.
 */
export function writeWithRetries(
  ports: CallPorts,
  write: EcsApi['write'],
  request: WriteRequest,
  options: AttemptOptions & { readonly rules: number; readonly change: string },
): Promise<Result<{ readonly requestId: string }, Failure>> {
  const { clientToken } = request;
  const loop = new AttemptLoop(ports, request, request.operation, {
    ...options,
    about: { ...options.about, clientToken },
  });
  return loop.run(
    () => write(request),
    ({ requestId }, fields) => {
      const { rules, change } = options;
      ports.telemetry.emit('call.succeeded', { ...fields, requestId, rules, change });
    },
  );
}

/**
 * As above for a read. Its success is the caller's to report: `group.described`. A read has no effect that would have to
 * be known: when the signal aborts or the lanes are closed, it ends at once with `Lane.Closed`, whether it is under way or
 * waits for its next attempt, and a call under way goes on unheard.
 */
export async function readWithRetries<T>(
  ports: CallPorts,
  place: Place,
  operation: Operation,
  options: AttemptOptions & { readonly read: () => Promise<CallResult<T>> },
): Promise<CallResult<T>> {
  const ended = new AbortController();
  const givenUp = new Promise<CallResult<T>>((resolve) => {
    ended.signal.addEventListener('abort', () => {
      resolve(err(makeFailure({ kind: 'retry', code: CLOSED_CODE, message: 'the read was given up' })));
    });
  });
  const end = (): void => ended.abort();
  const causes = [ports.lanes.closing, options.signal ?? ports.lanes.closing];
  for (const cause of causes) cause.addEventListener('abort', end, { once: true });
  if (causes.some(({ aborted }) => aborted)) end();
  try {
    const loop = new AttemptLoop(ports, place, operation, { ...options, signal: ended.signal });
    return await Promise.race([loop.run(options.read, () => undefined), givenUp]);
  } finally {
    for (const cause of causes) cause.removeEventListener('abort', end);
  }
}

interface AttemptFields extends CommonFields {
  readonly operation: string;
  readonly attempt: number;
  readonly durationMs: number;
}

/** Kinds that leave open whether this very attempt had an effect, or that had none. */
const INCONCLUSIVE: ReadonlySet<FailureKind> = new Set(['retry', 'throttled', 'unknown']);

class AttemptLoop {
  readonly #ports: CallPorts;
  readonly #place: Place;
  readonly #operation: Operation;
  readonly #options: AttemptOptions;
  readonly #backoffs: Record<keyof RetryPolicy, Backoff>;
  #attempt = 0;
  #maybeApplied = false;

  constructor(ports: CallPorts, place: Place, operation: Operation, options: AttemptOptions) {
    this.#ports = ports;
    this.#place = place;
    this.#operation = operation;
    this.#options = options;
    const { trouble, throttling } = ports.retries;
    this.#backoffs = { trouble: firstBackoff(trouble), throttling: firstBackoff(throttling) };
  }

  async run<T>(
    call: () => Promise<CallResult<T>>,
    succeeded: (value: T, fields: AttemptFields) => void,
  ): Promise<CallResult<T>> {
    const { clock } = this.#ports;
    const beganMs = clock.monotonicMs();
    for (;;) {
      const { answer, fields } = await this.#once(call);
      if (answer.ok) {
        succeeded(answer.value, fields);
        return answer;
      }
      const delayMs = this.#delayAfter(answer.error, clock.monotonicMs() - beganMs);
      this.#report(answer.error, delayMs, fields);
      if (delayMs === null) return err(this.#verdict(answer.error));
      this.#options.onStalled?.();
      await clock.sleep(delayMs, this.#options.signal ?? undefined);
    }
  }

  async #once<T>(
    call: () => Promise<CallResult<T>>,
  ): Promise<{ answer: CallResult<T>; fields: AttemptFields }> {
    const { clock, lanes } = this.#ports;
    let startedMs = clock.monotonicMs();
    const answer = await lanes
      .run(
        this.#place,
        this.#operation,
        () => {
          this.#attempt += 1;
          startedMs = clock.monotonicMs();
          return call();
        },
        { ...this.#options, onOverdue: () => this.#options.onStalled?.() },
      )
      .catch((reason: unknown) => closedAsFailure(reason, this.#attempt === 0));
    if (!answer.ok && answer.error.kind === 'unknown') this.#maybeApplied = true;
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    const fields = { ...this.#options.about, operation: this.#operation, attempt: this.#attempt, durationMs };
    return { answer, fields };
  }

  /** Null: no further attempt. */
  #delayAfter(failure: Failure, elapsedMs: number): number | null {
    if (this.#options.signal?.aborted === true || isClosed(failure)) return null;
    if (!INCONCLUSIVE.has(failure.kind)) return null;
    // The lane waits as long as the vendor asked for; waiting here as well would add the two.
    return failure.kind === 'throttled'
      ? this.#backOff('throttling', elapsedMs, 0)
      : this.#backOff('trouble', elapsedMs, failure.retryAfterMs ?? 0);
  }

  #backOff(cause: keyof RetryPolicy, elapsedMs: number, hintMs: number): number | null {
    const next = nextBackoff(this.#backoffs[cause], elapsedMs, hintMs, this.#ports.random);
    if (next === null) return null;
    this.#backoffs[cause] = next;
    return next.delayMs;
  }

  /** If patience ended and any attempt may have taken effect, then the call may have, whatever failed last. */
  #verdict(failure: Failure): Failure {
    const open = this.#maybeApplied && INCONCLUSIVE.has(failure.kind);
    return open ? { ...failure, kind: 'unknown' } : failure;
  }

  /** Exactly one event an attempt. */
  #report(failure: Failure, delayMs: number | null, base: AttemptFields): void {
    const { telemetry } = this.#ports;
    const { kind, code, message, requestId } = failure;
    const fields = { ...base, code, err: message, ...(requestId === null ? {} : { requestId }) };
    if (isClosed(failure)) return;
    if (kind === 'done') telemetry.emit('call.succeeded', { ...fields, rules: 0 });
    else if (kind === 'unknown') telemetry.emit('call.unknown', { ...fields, kind });
    else if (delayMs === null)
      telemetry.emit('call.failed', { ...fields, kind: this.#verdict(failure).kind });
    else if (kind === 'throttled') telemetry.emit('call.throttled', { ...fields, delayMs });
    else telemetry.emit('call.retried', { ...fields, kind, delayMs });
  }
}

const CLOSED_CODE: LaneCode = 'Lane.Closed';
/** No attempt was made at all. */
export const NEVER_SENT_CODE: LaneCode = 'Lane.NeverSent';

/** The lease of the group is lost: its intent is for whoever holds it now. */
const LEASE_LOST_CODE = 'Transport.LeaseLost';

const isClosed = ({ code }: Failure): boolean =>
  code === CLOSED_CODE || code === NEVER_SENT_CODE || code === LEASE_LOST_CODE;

/** No further attempt: the daemon stops, or the plan was given up. If there was one, the journal keeps its intent. */
function closedAsFailure(reason: unknown, neverSent: boolean): CallResult<never> {
  if (!(reason instanceof LaneClosed)) throw reason;
  const code = neverSent ? NEVER_SENT_CODE : CLOSED_CODE;
  return err(makeFailure({ kind: 'retry', code, message: reason.message }));
}
