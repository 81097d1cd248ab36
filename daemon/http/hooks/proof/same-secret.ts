// Compares secrets in a time that says nothing of them.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Over hashes, so that not even the length shows. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digestOf(one), digestOf(other));

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
