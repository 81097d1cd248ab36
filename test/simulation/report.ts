// What came of one simulation.
import type { Knobs } from './knobs.ts';

export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

export interface Report {
  readonly seed: number;
  readonly knobs: Knobs;
  readonly violation: Violation | null;
  /** Equal for equal stories. */
  readonly digest: string;
  readonly trace: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}
