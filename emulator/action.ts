// The seam between the gateway (HTTP, signatures, throttling, idempotence, faults) and the actions
// (what the security-group service does). Neither side knows more of the other than this.
import type { Quirks } from './quirks.ts';
import type { State } from './state.ts';

/** What some refusals carry besides status, code and message. */
export interface RefusalExtras {
  /** Milliseconds, for the header x-acs-retry-after. */
  readonly retryAfterMs?: number;
  /** Which permission is missing, for the field AccessDeniedDetail. */
  readonly deniedDetail?: Readonly<Record<string, string>>;
}

/** A refusal, in the vendor's terms. Thrown by actions and by the gateway, written out in one place. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extras: RefusalExtras;

  constructor(status: number, code: string, message: string, extras: RefusalExtras = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.extras = extras;
  }
}

/** A request whose signature, time and nonce are in order. */
export interface ActionRequest {
  readonly action: string;
  /** Parameters as sent, names as sent; no signature, no credentials. */
  readonly params: ReadonlyMap<string, string>;
  /** Account id of the caller. */
  readonly accountId: string;
}

/** What the actions may use of the world. */
export interface World {
  readonly state: State;
  readonly quirks: Quirks;
  /** The emulator's clock, which the admin API can advance. */
  nowMs(): number;
  /** Seeded; 0 <= x < 1. */
  random(): number;
  /** A new id such as `sg-` plus 20 lower-case letters and digits, from the seeded random source. */
  newId(prefix: string): string;
}

/** The answer without its RequestId, which the gateway adds. Absent text fields are `""`, as the vendor's. */
export type ActionAnswer = Readonly<Record<string, unknown>>;

export type ActionHandler = (request: ActionRequest, world: World) => ActionAnswer;
