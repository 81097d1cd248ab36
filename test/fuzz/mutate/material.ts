// What a mutation is made of, and what it is made from.
import type { FuzzTarget } from '../target.ts';

export interface Mutation {
  readonly level: 'text' | 'tree';
  /** Which of the ways to change it; taken modulo their number. */
  readonly way: number;
  /** Where, and where else, as a share of the whole. */
  readonly at: number;
  readonly to: number;
  /** How much or how often. */
  readonly size: number;
  /** Which of the words; taken modulo their number. */
  readonly word: number;
}

export type Material = Pick<FuzzTarget, 'codec' | 'words'>;

/** No input is longer: what takes long below this takes too long. */
export const MAX_INPUT_BYTES = 64 * 1024;
