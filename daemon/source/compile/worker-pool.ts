// Parses and compiles in one or two other threads, so that the largest policies hold up no health check, no signal and no
// watchdog. A worker stays for a while after its last batch: starting one and warming it up costs more than most edits.
import { availableParallelism } from 'node:os';
import { lengthOf } from '../held-bytes.ts';
import type { Batch } from './policy-worker.ts';
import type { CompileTask, PackedBody, ParsedFile, ParseTask } from './policy-work.ts';
import type { WorkPlace } from './work-place.ts';
import { WorkerThread } from './worker-thread.ts';

/** Of one batch: more tells of a file that would never be read, not of many files. */
const MAX_BATCH_MS = 60_000;
/** A batch holds this thread up while its answer is taken. */
const MAX_BATCH_FILES = 20;
const MAX_BATCH_BYTES = 256 * 1024;
/** What is deflated is about so much smaller than its text. */
const DEFLATED = 8;
/** One more thread does not pay for less. */
const BYTES_FOR_TWO = 1024 * 1024;
/** How long this thread works on answers before others have a turn. */
const TAKING_MS = 8;
/** After this long without work one worker is left, which is all that an edit needs; parsing is followed by compiling. */
const SPARE_MS = 5000;
/** After this long the last one is ended too, and their memory is free. */
const IDLE_MS = 60_000;

export class WorkerPool implements WorkPlace {
  #idle: WorkerThread[] = [];
  #idleTimer: NodeJS.Timeout | undefined;
  #turnMs = 0;

  async parse<Task extends ParseTask>(
    tasks: readonly Task[],
    take: (task: Task, parsed: ParsedFile) => void,
  ): Promise<void> {
    const batches = batchesOf(tasks, lengthOf);
    const plain = (batch: readonly Task[]): Batch => ({
      kind: 'parse',
      tasks: batch.map(({ file, bytes }) => ({ file, bytes })),
    });
    await this.#all(batches, plain, (task, parsed) => take(task, parsed as ParsedFile));
  }

  async compile<Task extends CompileTask>(
    tasks: readonly Task[],
    take: (task: Task, body: PackedBody) => Promise<void>,
  ): Promise<void> {
    const batches = batchesOf(tasks, ({ packed }) => packed.length * DEFLATED);
    const plain = (batch: readonly Task[]): Batch => ({
      kind: 'compile',
      tasks: batch.map(({ file, packed, answers, accounts, known }) => ({
        file,
        packed,
        answers,
        accounts,
        known,
      })),
    });
    await this.#all(batches, plain, (task, body) => take(task, body as PackedBody));
  }

  breathe(): Promise<void> | undefined {
    if (performance.now() - this.#turnMs < TAKING_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#turnMs = performance.now();
        resolve();
      }),
    );
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#endAllBut(0);
  }

  async #endAllBut(count: number): Promise<void> {
    const workers = this.#idle.splice(count);
    await Promise.all(workers.map((worker) => worker.close()));
  }

  #endAfter(delayMs: number, andThen: () => void): void {
    this.#idleTimer = setTimeout(andThen, delayMs);
    this.#idleTimer.unref();
  }

  async #all<Task>(
    batches: ReadonlyArray<Sized<Task>>,
    plain: (batch: readonly Task[]) => Batch,
    take: (task: Task, answer: unknown) => void | Promise<void>,
  ): Promise<void> {
    if (batches.length === 0) return;
    clearTimeout(this.#idleTimer);
    const waiting = [...batches].reverse();
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    const threads = bytes < BYTES_FOR_TWO ? 1 : Math.min(2, availableParallelism(), batches.length);
    const work = async (): Promise<void> => {
      this.#idle = this.#idle.filter(({ hasEnded }) => !hasEnded);
      const worker = this.#idle.pop() ?? new WorkerThread(MAX_BATCH_MS);
      try {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const answers = (await worker.do(plain(next.tasks))) as readonly unknown[];
          this.#turnMs = performance.now();
          for (const [index, task] of next.tasks.entries()) {
            await take(task, answers[index]);
            await this.breathe();
          }
        }
      } catch (error) {
        waiting.length = 0;
        await worker.close();
        throw error;
      }
      this.#idle.push(worker);
    };
    const done = await Promise.allSettled(Array.from({ length: threads }, work));
    this.#endAfter(SPARE_MS, () => {
      void this.#endAllBut(1);
      this.#endAfter(IDLE_MS - SPARE_MS, () => void this.#endAllBut(0));
    });
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }
}

interface Sized<Task> {
  readonly tasks: Task[];
  bytes: number;
}

/** In order; each of some files and bytes at most, and of one file at least. */
function batchesOf<Task>(tasks: readonly Task[], bytesOf: (task: Task) => number): Array<Sized<Task>> {
  const batches: Array<Sized<Task>> = [];
  for (const task of tasks) {
    const last = batches.at(-1);
    const bytes = bytesOf(task);
    const hasRoom =
      last !== undefined && last.tasks.length < MAX_BATCH_FILES && last.bytes + bytes <= MAX_BATCH_BYTES;
    if (!hasRoom) batches.push({ tasks: [task], bytes });
    else {
      last.tasks.push(task);
      last.bytes += bytes;
    }
  }
  return batches;
}
