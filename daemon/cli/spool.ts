// Text that waits until it may be written, however much it is: more than a few megabytes lie in a file without a name.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isIoError } from '../io-reason.ts';

const MOST_IN_MEMORY = 8 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

export class Spool {
  #waiting: string[] = [];
  #waitingChars = 0;
  /** Null: none is needed yet, or there can be none. */
  #file: number | null = null;
  #fileBytes = 0;
  /** No room on the disk, or no folder that may be written to: all stays in memory. */
  #isWithoutFile = false;
  readonly #mostChars: number;

  constructor(mostChars = MOST_IN_MEMORY) {
    this.#mostChars = mostChars;
  }

  add(text: string): void {
    this.#waiting.push(text);
    this.#waitingChars += text.length;
    if (this.#waitingChars > this.#mostChars && !this.#isWithoutFile) this.#toFile();
  }

  /** All of it, in order. */
  *pieces(): Generator<string | Uint8Array> {
    for (let from = 0; this.#file !== null && from < this.#fileBytes;) {
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, this.#fileBytes - from));
      const bytes = readSync(this.#file, piece, 0, piece.length, from);
      if (bytes === 0) throw new Error('a file that nothing else knows has become shorter');
      from += bytes;
      yield piece.subarray(0, bytes);
    }
    yield* this.#waiting;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#fileBytes = 0;
    this.#waiting = [];
  }

  #toFile(): void {
    try {
      this.#file ??= openNameless();
      const bytes = Buffer.from(this.#waiting.join(''));
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(this.#file, bytes, written, bytes.length - written, this.#fileBytes + written);
      }
      // Only now: of what was written in part, all is still in memory.
      this.#fileBytes += bytes.length;
      this.#waiting = [];
      this.#waitingChars = 0;
    } catch (error) {
      if (!isIoError(error)) throw error;
      this.#isWithoutFile = true;
    }
  }
}

/** No one else may read it, and it goes with the process, however that ends. */
function openNameless(): number {
  const name = path.join(tmpdir(), `rampart-${randomUUID()}`);
  const file = openSync(name, 'wx+', 0o600);
  unlinkSync(name);
  return file;
}
