import type { Packet } from '../engine/packet.ts';

/** The answer to "is it so for every packet?". */
export type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails'; readonly witness: Packet }
  /** The budget ran out first: nothing is known. */
  | { readonly kind: 'unknown' };
