// What came of many simulations, added up: the same whether one process ran them or several.
import type { Report, Violation } from '../report.ts';

/** What is kept of one seed, whoever ran it. */
export interface SeedResult {
  readonly seed: number;
  readonly violation: Violation | null;
  readonly digest: string;
  readonly counts: Readonly<Record<string, number>>;
}

export interface FailedSeed {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
}

export const resultOf = ({ seed, violation, digest, counts }: Report): SeedResult => ({
  seed,
  violation,
  digest,
  counts,
});

export function failureText({ violation, seed, digest }: SeedResult): string {
  const what = violation === null ? 'no violation' : `${violation.invariant}: ${violation.message}`;
  return `seed ${seed}: ${what}; trace ${digest}\n`;
}

export class Tally {
  readonly #beganMs = performance.now();
  readonly #failed: FailedSeed[] = [];
  readonly totals: Record<string, number> = {};
  done = 0;

  add({ seed, violation, counts }: SeedResult): void {
    this.done += 1;
    if (violation !== null) this.#failed.push({ seed, ...violation });
    for (const [name, value] of Object.entries(counts)) this.totals[name] = (this.totals[name] ?? 0) + value;
  }

  /** By seed: several processes do not finish in order. */
  get failed(): FailedSeed[] {
    return this.#failed.toSorted((a, b) => a.seed - b.seed);
  }

  get seconds(): number {
    return (performance.now() - this.#beganMs) / 1000;
  }

  progress(of: number): string {
    const pace = (this.done / this.seconds).toFixed(1);
    return `${this.done} of ${of} seeds, ${pace} a second, ${this.#failed.length} failed\n`;
  }
}
