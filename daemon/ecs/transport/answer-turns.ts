// Reading an answer with many rules, up to what is decided by it, takes this thread for some milliseconds, and the answers of
// many calls may be there at once. So they are read one a turn of the event loop: between two of them others have theirs.

export class AnswerTurns {
  readonly #waiting: Array<() => void> = [];
  #isCalled = false;

  /** Calls it in a later turn of the event loop, which it has to itself; in the order in which they came. */
  take(read: () => void): void {
    this.#waiting.push(read);
    this.#call();
  }

  #call(): void {
    if (this.#isCalled || this.#waiting.length === 0) return;
    this.#isCalled = true;
    setImmediate(() => {
      this.#isCalled = false;
      this.#waiting.shift()?.();
      this.#call();
    });
  }
}
