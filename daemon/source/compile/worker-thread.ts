// One long-lived worker that takes a batch at a time, with a bound on time and memory for each.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Batch } from './policy-worker.ts';
import { TooCostly } from './work-place.ts';

const MAX_HEAP_MIB = 1024;
/**
 * A syntax tree is dead a moment after it was made: with little room it would first be moved about. What is young takes
 * all of its room at once, so that each worker is larger by so much.
 */
const YOUNG_HEAP_MIB = 32;

export class WorkerThread {
  readonly #worker = startWorker();
  readonly #maxMs: number;
  #hasEnded = false;

  /** @param maxMs longest time for one batch */
  constructor(maxMs: number) {
    this.#maxMs = maxMs;
    this.#worker.unref();
    // An error ends it, and is told to whoever waits for an answer.
    this.#worker.on('error', () => undefined).on('exit', () => (this.#hasEnded = true));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** One after the other. After `TooCostly` the worker is of no use any more. */
  async do(batch: Batch): Promise<unknown> {
    const timer = setTimeout(() => void this.#worker.terminate(), this.#maxMs);
    this.#worker.ref();
    try {
      return await this.#answer(batch);
    } finally {
      clearTimeout(timer);
      this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(batch: Batch): Promise<unknown> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const listeners = {
        message: (answer: unknown) => settle(() => resolve(answer)),
        error: (error: unknown) =>
          settle(() => reject(isOutOfMemory(error) ? new TooCostly() : toError(error))),
        exit: () => settle(() => reject(new TooCostly())),
      };
      const settle = (end: () => void): void => {
        for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
        end();
      };
      for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
      worker.postMessage(batch);
    });
  }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** From the sources, as in tests, the worker first needs a reader of TypeScript; what is built needs none. */
function startWorker(): Worker {
  const resourceLimits = {
    maxOldGenerationSizeMb: MAX_HEAP_MIB,
    maxYoungGenerationSizeMb: YOUNG_HEAP_MIB,
  };
  if (!import.meta.url.endsWith('.ts')) {
    // scripts/build.js puts it there.
    return new Worker(new URL('./policy-worker.js', import.meta.url), { resourceLimits });
  }
  const url = JSON.stringify(new URL('./policy-worker.ts', import.meta.url).href);
  const reader = JSON.stringify(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  );
  const start = `import(${reader}).then(({ register }) => { register(); return import(${url}); });`;
  return new Worker(start, { eval: true, resourceLimits });
}
