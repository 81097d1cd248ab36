import { intAt } from './at.ts';

/** A set of small integers that is walked in ascending order. */
export class BitSet {
  readonly #words: Int32Array;

  /** Holds integers from 0 up to, but not including, `size`. */
  constructor(size: number) {
    this.#words = new Int32Array((size + 31) >>> 5);
  }

  static full(size: number): BitSet {
    const set = new BitSet(size);
    for (let item = 0; item < size; item += 1) set.toggle(item);
    return set;
  }

  /** Adds what is not in the set, removes what is. */
  toggle(item: number): void {
    const word = item >>> 5;
    this.#words[word] = intAt(this.#words, word) ^ (1 << (item & 31));
  }

  /** The smallest member that is at least `from`, or -1. */
  next(from: number): number {
    let word = from >>> 5;
    let bits = (this.#words[word] ?? 0) & (-1 << (from & 31));
    while (bits === 0) {
      word += 1;
      const next = this.#words[word];
      if (next === undefined) return -1;
      bits = next;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }
}
