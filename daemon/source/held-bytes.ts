// The bytes of policy files, deflated: a file is read when it is new, and hardly ever again, but its bytes stay known.
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Speed matters more than room. */
const DEFLATE_BYTES = { level: 1 };

export class HeldBytes {
  readonly length: number;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  readonly deflated: Uint8Array;

  constructor({ length, digest, deflated }: Pick<HeldBytes, 'length' | 'digest' | 'deflated'>) {
    this.length = length;
    this.digest = digest;
    this.deflated = deflated;
  }

  static of(bytes: Uint8Array, digest = bytesDigest(bytes)): HeldBytes {
    // A copy, since what deflates hands out a part of a larger piece of memory.
    const deflated = new Uint8Array(deflateRawSync(bytes, DEFLATE_BYTES));
    return new HeldBytes({ length: bytes.length, digest, deflated });
  }

  /** Inflated each time. */
  get bytes(): Uint8Array {
    return inflateRawSync(this.deflated);
  }
}

/** SHA-256 in hexadecimal digits. */
export const bytesDigest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes, and where they are inflated each time, what they are inflated from. */
export interface PerhapsHeld {
  readonly bytes: Uint8Array;
  readonly held?: HeldBytes;
}

/** Without inflating anything. */
export const lengthOf = (each: PerhapsHeld): number => (each.held ?? each.bytes).length;

/** As above. */
export const heldDigest = (each: PerhapsHeld): string => each.held?.digest ?? bytesDigest(each.bytes);
