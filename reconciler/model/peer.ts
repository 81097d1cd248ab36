import { compareText } from './problem.ts';
import { formatPrefix, type Prefix } from './prefix.ts';

/** Who is at the far side of a rule: exactly one of four kinds, which a Modify can never convert. */
export type Peer =
  | Prefix
  /**
   * Another security group. Group ids are unique in the cloud; the owner only tells the vendor whom to ask: the
   * account id of a group in another account, null for one of our own.
   */
  | { readonly kind: 'group'; readonly id: string; readonly ownerId: string | null }
  | { readonly kind: 'prefixList'; readonly id: string };

/** Canonical prefix, `sg-…` or `pl-…`. */
export function formatPeer(peer: Peer): string {
  return 'address' in peer ? formatPrefix(peer) : peer.id;
}

const PEER_ORDER: ReadonlyArray<Peer['kind']> = ['ipv4', 'ipv6', 'group', 'prefixList'];

/** Prefixes by address and then length, then groups, then prefix lists. */
export function comparePeers(a: Peer, b: Peer): number {
  if (a.kind !== b.kind) return PEER_ORDER.indexOf(a.kind) - PEER_ORDER.indexOf(b.kind);
  if ('address' in a && 'address' in b) {
    return a.address === b.address ? a.length - b.length : a.address < b.address ? -1 : 1;
  }
  return compareText(formatPeer(a), formatPeer(b));
}
