// Every call that the emulator noted during a trial, in order. The emulator keeps the newest alone, so they are asked for all
// the time; one that was missed ends the trial.
import type { CallRecord } from '../../emulator/admin/call-log.ts';

const EVERY_MS = 2000;

export class CallBook {
  readonly calls: CallRecord[] = [];
  readonly #read: () => Promise<CallRecord[]>;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(read: () => Promise<CallRecord[]>) {
    this.#read = read;
  }

  begin(): void {
    this.#timer = setInterval(() => void this.update(), EVERY_MS);
  }

  /** With all that was noted until now. */
  update(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#take());
    return this.#reading;
  }

  end(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    return this.update();
  }

  async #take(): Promise<void> {
    const lastSeq = this.calls.at(-1)?.seq ?? 0;
    const more = (await this.#read()).filter(({ seq }) => seq > lastSeq);
    const [first] = more;
    if (first !== undefined && first.seq !== lastSeq + 1)
      throw new Error(`the emulator's calls ${lastSeq + 1} to ${first.seq - 1} were not seen`);
    this.calls.push(...more);
  }
}
