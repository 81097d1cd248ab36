// What a person decides beside the running daemon (approve, resume) is acted on within seconds. The journal is asked
// once a second whether anything changed, and only while something waits for such a decision.
import type { Engine } from '../reconcile/engine.ts';
import { isAborted } from '../reconcile/group-run.ts';
import { isUnavailable } from '../journal/patient-journal.ts';

const LOOK_EVERY_MS = 1000;

export interface ApprovalWatchParts {
  readonly engine: Pick<Engine, 'journal' | 'clock'>;
  readonly isWaiting: () => boolean;
  /** Something in the journal was changed by another process. */
  readonly onNews: () => void;
  readonly stopping: AbortSignal;
}

export class ApprovalWatch {
  readonly #parts: ApprovalWatchParts;
  #seen: number | null = null;
  #isLooking = false;
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(parts: ApprovalWatchParts) {
    this.#parts = parts;
  }

  /** From now on changes count. Before the first plan: what is approved after it must not be missed. */
  async start(): Promise<void> {
    this.#seen = await this.#parts.engine.journal.foreignChanges();
  }

  /** Call it whenever something may have begun to wait. */
  look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#run().catch((error: unknown) => this.#reportFailure(error));
  }

  /** While the database does not answer, nothing has changed. */
  async #changes(): Promise<number | null> {
    try {
      return await this.#parts.engine.journal.foreignChanges();
    } catch (error) {
      if (isUnavailable(error)) return this.#seen;
      throw error;
    }
  }

  async #run(): Promise<void> {
    const { engine, isWaiting, onNews, stopping } = this.#parts;
    while (isWaiting() && !isAborted(stopping)) {
      await engine.clock.sleep(LOOK_EVERY_MS, stopping);
      if (isAborted(stopping)) return;
      const seen = await this.#changes();
      if (seen === this.#seen) continue;
      this.#seen = seen;
      onNews();
    }
    this.#isLooking = false;
  }
}
