// The last link of each chain of the history goes into the log now and then, so that it is kept where whoever can write to the
// journal cannot reach: held against it later, a history that was rewritten as a whole shows.
import { HOUR_MS } from '../../clock.ts';
import { JournalError } from '../../journal/journal.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { isAborted } from '../../reconcile/group-run.ts';

type HeadParts = Pick<Engine, 'journal' | 'telemetry' | 'clock'>;

export class HistoryHeads {
  readonly #engine: HeadParts;
  readonly #stopping: AbortSignal;
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(engine: HeadParts, stopping: AbortSignal) {
    this.#engine = engine;
    this.#stopping = stopping;
  }

  /** From now on each hour. */
  start(): void {
    this.#run().catch((error: unknown) => this.#reportFailure(error));
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#engine.clock.sleep(HOUR_MS, this.#stopping);
      if (isAborted(this.#stopping)) return;
      await tellHeads(this.#engine);
    }
  }
}

export async function tellHeads({ journal, telemetry }: Omit<HeadParts, 'clock'>): Promise<void> {
  for (const head of await journal.chainHeads()) telemetry.emit('history.head', { ...head });
}

/** At the end, when a journal that has failed was told of already. */
export async function tellLastHeads(engine: Omit<HeadParts, 'clock'>): Promise<void> {
  try {
    await tellHeads(engine);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
  }
}
