// (c) In no sixty seconds do all processes of a simulation together start more calls of one action than the configured
// rate, however one of them ended and another began.
import type { Check, Fail, SentCall } from '../facts.ts';

const WINDOW_MS = 60_000;

export class PaceCheck implements Check {
  readonly #rateOf: (operation: string) => number;
  readonly #fail: Fail;
  readonly #starts = new Map<string, number[]>();

  constructor(rateOf: (operation: string) => number, fail: Fail) {
    this.#rateOf = rateOf;
    this.#fail = fail;
  }

  sent({ operation, atMs }: SentCall): void {
    const starts = this.#starts.get(operation) ?? [];
    this.#starts.set(operation, starts);
    starts.push(atMs);
    while ((starts[0] ?? atMs) <= atMs - WINDOW_MS) starts.shift();
    const rate = this.#rateOf(operation);
    if (starts.length > rate) {
      this.#fail('(c) pace', `${starts.length} calls of ${operation} within a minute, ${rate} are allowed`);
    }
  }
}
