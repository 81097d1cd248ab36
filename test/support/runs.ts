// How often a property is tried. The suite tries a fixed few, the same on every machine; RAMPART_RUNS=10 tries ten times
// as many, and others each time.

/** The runs of a property in the suite, multiplied by RAMPART_RUNS. */
export interface Runs {
  readonly numRuns: number;
  /** Absent: drawn again, and printed by fast-check if the property fails. */
  readonly seed?: number;
}

const SUITE_SEED = 1;

/** The factor in RAMPART_RUNS; 1 if it is not set. */
export function runsFactor(text = process.env.RAMPART_RUNS ?? '1'): number {
  const factor = Number(text);
  if (!(factor >= 1)) throw new Error(`RAMPART_RUNS must be a number of at least 1, not "${text}"`);
  return factor;
}

/** The parameters of `fc.assert` for a property that the suite tries so many times. */
export function runs(inSuite: number, factor = runsFactor()): Runs {
  const numRuns = Math.round(inSuite * factor);
  return factor === 1 ? { numRuns, seed: SUITE_SEED } : { numRuns };
}

const SHARE = 4;

/** Whether a numbered case is among the quarter that the suite tries, or the larger part that a longer run tries. */
export const isInSample = (number: number, factor = runsFactor()): boolean => number % SHARE < factor;
