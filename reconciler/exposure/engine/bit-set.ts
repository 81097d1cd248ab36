import { intAt } from './at.ts';

/** A set of small integers that is walked in ascending order. */
export class BitSet {
  readonly #words: Int32Array;
  /** A bit for each word that is not 0: a step over a thousand absent integers is one look at a word here. */
  readonly #summary: Int32Array;

  /** Holds integers from 0 up to, but not including, `size`. */
  constructor(size: number) {
    this.#words = new Int32Array((size + 31) >>> 5);
    this.#summary = new Int32Array((this.#words.length + 31) >>> 5);
  }

  static full(size: number): BitSet {
    const set = new BitSet(size);
    for (let item = 0; item < size; item += 1) set.toggle(item);
    return set;
  }

  /** Adds what is not in the set, removes what is. */
  toggle(item: number): void {
    const word = item >>> 5;
    const before = intAt(this.#words, word);
    const after = before ^ (1 << (item & 31));
    this.#words[word] = after;
    if (before === 0 || after === 0)
      this.#summary[word >>> 5] = intAt(this.#summary, word >>> 5) ^ (1 << (word & 31));
  }

  /** The smallest member that is at least `from`, or -1. */
  next(from: number): number {
    const word = from >>> 5;
    const bits = bitsFrom(this.#words, from);
    if (bits !== 0) return lowest(word, bits);
    let group = (word + 1) >>> 5;
    let words = bitsFrom(this.#summary, word + 1);
    while (words === 0) {
      group += 1;
      const next = this.#summary[group];
      if (next === undefined) return -1;
      words = next;
    }
    const found = lowest(group, words);
    return lowest(found, intAt(this.#words, found));
  }
}

/** The bits of the word that holds `from`, without those below it; none behind the last word. */
function bitsFrom(words: Int32Array, from: number): number {
  return (words[from >>> 5] ?? 0) & (-1 << (from & 31));
}

const lowest = (word: number, bits: number): number => (word << 5) + 31 - Math.clz32(bits & -bits);
