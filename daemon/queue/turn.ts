// One who waits in a line: granted or refused by the line, or given up by the caller, whichever comes first.

/** What was waited for never comes: the lanes were closed, or the caller gave up. A call was not started. */
export class LaneClosed extends Error {
  override readonly name = 'LaneClosed';
}

export class Turn<T> {
  /** Rejects only with `LaneClosed`, or as what was granted. */
  readonly promise: Promise<T>;
  readonly #signal: AbortSignal | null;
  readonly #giveUp: () => void;
  #resolve: (value: T | PromiseLike<T>) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  /** `onGivenUp` is called if the signal aborts first. */
  constructor(signal: AbortSignal | null, onGivenUp: () => void) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = signal;
    this.#giveUp = () => {
      this.#reject(new LaneClosed('given up while waiting'));
      onGivenUp();
    };
    signal?.addEventListener('abort', this.#giveUp, { once: true });
  }

  /** What is made settles the promise; the signal has no say any more while it is made. */
  grant<Made extends T | PromiseLike<T>>(make: () => Made): Made {
    this.#end();
    const made = make();
    this.#resolve(made);
    return made;
  }

  refuse(reason: LaneClosed): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#signal?.removeEventListener('abort', this.#giveUp);
  }
}

/** Why no further caller may wait; null: one may. */
export function refusalAtEntry(isClosed: boolean, signal: AbortSignal | null): LaneClosed | null {
  if (isClosed) return new LaneClosed('the lanes are closed');
  return signal?.aborted === true ? new LaneClosed('given up before it began') : null;
}
