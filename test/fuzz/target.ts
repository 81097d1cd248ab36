// What a fuzz target is: something that takes bytes, and what must hold whatever the bytes are.

export interface FuzzTarget {
  /** Real inputs, from which all others are made. */
  readonly seeds: readonly Buffer[];
  /** What the structure of an input is read and written by. */
  readonly codec: 'yaml' | 'json';
  /** Texts that mean something to the code under test. */
  readonly words: readonly string[];
  /**
   * Takes one input. Throws `Broken` where an invariant does not hold, and whatever the code under test throws.
   * Answers with what was seen, in few words: an input that shows something new is mutated further.
   */
  run(input: Buffer): Promise<string> | string;
  close(): Promise<void>;
}

/** What modules of targets export. */
export interface TargetModule {
  readonly createTarget: () => Promise<FuzzTarget>;
}

/** By the names of `--target`; each in a module of its own, so that a process loads what it runs. */
export const TARGETS: Readonly<Record<string, URL>> = {
  policy: new URL('./targets/policy.ts', import.meta.url),
  config: new URL('./targets/config.ts', import.meta.url),
  answers: new URL('./targets/answers.ts', import.meta.url),
  gateway: new URL('./targets/gateway.ts', import.meta.url),
};

export async function loadTarget(module: URL): Promise<FuzzTarget> {
  const { createTarget } = (await import(module.href)) as TargetModule;
  return createTarget();
}

/** An invariant that does not hold. */
export class Broken extends Error {
  readonly invariant: string;

  constructor(invariant: string, ...shown: readonly unknown[]) {
    super(`${invariant}: ${shown.map((each) => JSON.stringify({ each }).slice(8, 2000)).join(' ')}`);
    this.name = 'Broken';
    this.invariant = invariant;
  }
}

export function must(holds: boolean, invariant: string, ...shown: readonly unknown[]): asserts holds {
  if (!holds) throw new Broken(invariant, ...shown);
}
