// A mistake that someone could make, and that no test may miss.

export interface Mutation {
  /** The mistake in a few words. */
  readonly name: string;
  /** From reconciler/. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}
