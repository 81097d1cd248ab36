// Where all processes that make the calls of one lane agree on how many each of them may start, so that together they never
// start more in a minute than the configured rate. All times here are those of the store's own clock.
//
// A process has a share: in no minute does it start more calls than that, whatever left the minute meanwhile. It asks for
// a share when it lacks one, and then every few seconds as long as it works; it needs the store for no single call.

/** A share that is not renewed ends this long after it was asked for, milliseconds. */
export const SHARE_LASTS_MS = 6000;
/** How long a standing share lasts after the holder was last heard of. */
export const STANDING_LASTS_MS = 3_600_000;

/** Starts that no answer has confirmed yet. */
export interface StartedCalls {
  /** How many came before them in all. */
  readonly before: number;
  /** How long before the request they were, the oldest first. */
  readonly agesMs: readonly number[];
  /** The request was not sent before this time of the store. */
  readonly sentMs: number;
}

export interface ShareRequest {
  /** A process, unlike every other that ever was. */
  readonly holder: string;
  /** Grows from one request of the holder to the next: one that comes late changes nothing. */
  readonly serial: number;
  /** For all holders together. */
  readonly ratePerMinute: number;
  /** Of that, what is kept for urgent calls. */
  readonly reserve: number;
  readonly calls: StartedCalls;
  /** From now on it has no more than this of its share until it is answered; it keeps that even if no answer comes. */
  readonly keep: number;
  /** The share that it would like, and the one that it needs for what is urgent. */
  readonly want: number;
  readonly urgent: number;
  /** It starts no call any more. */
  readonly isLast: boolean;
}

export interface ShareAnswer {
  readonly nowMs: number;
  /** At least `keep`, unless that has ended. */
  readonly share: number;
  /** What it may start in a minute even when no share can be asked for. */
  readonly standing: number;
  /** It got less than it would like. */
  readonly isShort: boolean;
  /** Another holder got less than it would like: what goes beyond an equal part is to be given back. */
  readonly isPressed: boolean;
  /** Holders at work, this one included. */
  readonly holders: number;
  /** Calls of the others in the last minute, as far as they told: how long ago, and how many. */
  readonly others: ReadonlyArray<readonly [agoMs: number, calls: number]>;
}

/** Rejects if the store cannot be asked; then the request may have been served or not, or may be served later. */
export interface ShareStore {
  serve(lane: string, request: ShareRequest): Promise<ShareAnswer>;
  /** Waits, within bounds, for requests under way. May be called twice. */
  close(): Promise<void>;
}

/** A store, and who this process is in it. */
export interface SharePorts {
  readonly store: ShareStore;
  readonly holder: string;
  /**
   * What it may start while the store cannot be asked: its standing share, as others may be at work; or the whole rate, where
   * the store is a file of the one process that has everything, whose disk must not keep it from reading.
   */
  readonly unshared: 'standing' | 'rate';
}
