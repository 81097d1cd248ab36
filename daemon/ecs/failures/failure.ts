// How a call that did not plainly succeed is told to the rest of the daemon: by what to do next.

/** What to do next after a call that did not plainly succeed. */
export type FailureKind =
  /** The wished state is there already: go on. */
  | 'done'
  /** Certainly not applied: send again with the same token. */
  | 'retry'
  /** The vendor's minute budget is used up: the lane waits, then the same token again. */
  | 'throttled'
  /** Maybe applied: send again with the same token, or read back. */
  | 'unknown'
  /** The world is not as the plan took it: describe and plan anew. */
  | 'replan'
  /** This step can never work: isolate, quarantine, report. */
  | 'rejected'
  /** Credentials or permissions: stop the account and name what is missing. */
  | 'denied'
  /** The group belongs to a cloud product: never write to it. */
  | 'managed';

export interface Failure {
  readonly kind: FailureKind;
  /** The vendor's error code, or one of our `Transport.*` and `Cloud.*` names. */
  readonly code: string;
  /** Scrubbed of secrets. */
  readonly message: string;
  readonly requestId: string | null;
  readonly httpStatus: number | null;
  /** The vendor's hint how long to wait. */
  readonly retryAfterMs: number | null;
}

/** A failure from what is known of it: what is left out was not said by anybody. */
export function makeFailure(known: Pick<Failure, 'kind' | 'code' | 'message'> & Partial<Failure>): Failure {
  return { requestId: null, httpStatus: null, retryAfterMs: null, ...known };
}
