// What a person reads of a revision that takes too much at once.
import { counted } from '../model/counted.ts';

/** Groups in whatever form: they are counted. */
export interface TooMuchAtOnce {
  readonly losing: readonly unknown[];
  readonly released: readonly unknown[];
  /** More groups than this need an approval. */
  readonly limit: number;
}

/** `12 groups would lose traffic and 1 would be released; reconcile.brake.groups allows 10 in all`. */
export const tooMuchText = ({ losing, released, limit }: TooMuchAtOnce): string =>
  `${counted(losing.length, 'group')} would lose traffic and ${released.length} would be released; ` +
  `reconcile.brake.groups allows ${limit} in all`;
