/** Time as a port, so that tests and the simulation drive it. */
export interface Clock {
  /** Unix milliseconds; may jump when the system's clock is set. */
  nowMs(): number;
  /** Milliseconds that only grow; for measuring durations. */
  monotonicMs(): number;
  /**
   * Resolves after `delayMs`, or at once when the signal aborts; never rejects. After no time at all: when what came in
   * meanwhile has been heard.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = () => {
        takeBack();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const takeBack = later(done, delayMs);
      signal?.addEventListener('abort', done);
    }),
};

/** Gives what takes it back. A timer that is due again, as where others were set after it, may go before all that came in. */
function later(done: () => void, delayMs: number): () => void {
  if (delayMs <= 0) {
    const immediate = setImmediate(done);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(done, delayMs);
  return () => clearTimeout(timer);
}

export const HOUR_MS = 3_600_000;
