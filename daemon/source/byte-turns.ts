/** Bytes that are deflated or inflated before others have a turn: some ten milliseconds. */
const BYTES_A_TURN = 512 * 1024;

/** Gives others a turn between pieces of work. */
export class ByteTurns {
  #bytes = 0;

  async after<T>(bytes: number, work: () => T): Promise<T> {
    this.#bytes += bytes;
    if (this.#bytes > BYTES_A_TURN) {
      this.#bytes = bytes;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return work();
  }
}
