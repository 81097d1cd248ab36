// What the emulator was asked and did, for tests to read: a ring, bounded in calls and in bytes, without secrets.
import type { FaultKind } from '../gateway/faults.ts';

export interface CallRecord {
  /** Grows by one with each call, also across a DELETE. In the order in which calls took effect. */
  readonly seq: number;
  /** On the emulator's clock, ISO. */
  readonly time: string;
  readonly action: string;
  /** As sent; what could be a secret is left out. */
  readonly params: Readonly<Record<string, string>>;
  readonly clientToken: string;
  /** HTTP status that was sent; 0 if no answer was. */
  readonly status: number;
  /** The vendor's error code; empty after success. */
  readonly code: string;
  readonly requestId: string;
  /** Whether the state changed. */
  readonly effect: boolean;
  /** Account of the caller; empty if unknown. */
  readonly accountId: string;
  /** The fault that hit the call; empty if none. */
  readonly fault: FaultKind | '';
}

/** A call as the gateway notes it. */
export interface CallNote extends Omit<CallRecord, 'seq' | 'time' | 'params' | 'clientToken'> {
  readonly timeMs: number;
  readonly params: ReadonlyMap<string, string>;
}

export interface CallLogLimits {
  readonly calls: number;
  /** Of all records together, as the JSON text that they are kept as. */
  readonly bytes: number;
}

export class CallLog {
  readonly #limits: CallLogLimits;
  /**
   * JSON of the calls from `#first` on; older ones are gone. Text, because its size is known: a map of thousands of
   * tiny parameters takes twenty times the memory of the request that it came in, and anyone may send one.
   */
  readonly #records = new Map<number, string>();
  #bytes = 0;
  #first = 1;
  #next = 1;

  constructor(limits: CallLogLimits) {
    this.#limits = limits;
  }

  add(note: CallNote): void {
    const text = JSON.stringify(recordOf(this.#next, note));
    this.#records.set(this.#next, text);
    this.#next += 1;
    this.#bytes += text.length;
    while (this.#records.size > this.#limits.calls || this.#bytes > this.#limits.bytes) this.#dropFirst();
  }

  clear(): void {
    while (this.#records.size > 0) this.#dropFirst();
  }

  list(): CallRecord[] {
    return [...this.#records.values()].map((text) => JSON.parse(text) as CallRecord);
  }

  #dropFirst(): void {
    this.#bytes -= this.#records.get(this.#first)?.length ?? 0;
    this.#records.delete(this.#first);
    this.#first += 1;
  }
}

/** The gateway takes its own parameters out; this is for a client that sends a secret under another name. */
const SECRET_NAME = /secret|signature|securitytoken|password|accesskey/i;

function recordOf(seq: number, { timeMs, action, params, ...rest }: CallNote): CallRecord {
  const shown = [...params].filter(([name]) => !SECRET_NAME.test(name));
  return {
    seq,
    time: new Date(timeMs).toISOString(),
    action,
    params: Object.fromEntries(shown),
    clientToken: params.get('ClientToken') ?? '',
    ...rest,
  };
}
