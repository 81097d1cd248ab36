// The narrow waist of the client: one attempt of one call. pop-core stands behind it in the daemon, the
// emulator itself in the simulation.
import type { Operation } from '../../../reconciler/model/operation.ts';
import type { WireParams } from '../api.ts';
import type { OwnCode } from '../failures/failure-table.ts';

/** An error answer of the vendor. */
export interface VendorRefusal {
  readonly status: number;
  readonly code: string;
  /** Scrubbed of secrets. */
  readonly message: string;
  readonly requestId: string | null;
  /** The header `x-acs-retry-after`. */
  readonly retryAfterMs: number | null;
  /** The RAM action that a refusal for lack of permission names, such as `ecs:RevokeSecurityGroup`. */
  readonly missingAction: string | null;
}

export type RefusedAnswer = { readonly kind: 'refused' } & VendorRefusal;

/** Plain JSON without an error code. Whether it is what was asked for is for the caller to check. */
export interface AnsweredCall {
  readonly kind: 'answered';
  readonly status: number;
  readonly body: unknown;
  /** Of its bytes but for the request id, where it was asked for. Null or absent: not known. */
  readonly digest?: string | null;
  /** Whether it is the answer whose digest was given along; its body is empty then. */
  readonly isKnown?: boolean;
}

/** What a call is given along. */
export interface CallManner {
  /**
   * Asked as the last thing before it is sent; if it says no, nothing is, and the answer is the failure
   * `Transport.LeaseLost`.
   */
  readonly mayBegin?: () => boolean;
  /** The digest of the last answer to the same call, or null: it is to tell whether this is another. Absent: it need not. */
  readonly known?: string | null;
}

export type TransportAnswer =
  | AnsweredCall
  | RefusedAnswer
  /** No answer of the vendor. The message is scrubbed of secrets. */
  | { readonly kind: 'failed'; readonly code: OwnCode; readonly message: string };

export interface Transport {
  /**
   * Sends the parameters as they are, signed, with a fresh nonce and timestamp. `RegionId` chooses the
   * endpoint. One attempt, never retried; never rejects unless there is a bug.
   */
  call(operation: Operation, params: WireParams, manner?: CallManner): Promise<TransportAnswer>;
}
