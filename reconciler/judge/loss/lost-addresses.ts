// How many addresses lose a service, counted at the service that loses most.
import type { Span } from '../../exposure/engine/axis.ts';
import { itemAt } from '../../exposure/engine/at.ts';
import { isTerminal, NOTHING, type NodeRef } from '../../exposure/engine/diagram.ts';
import type { Explored } from '../../exposure/engine/explore.ts';
import type { Universe } from '../../exposure/engine/universe.ts';
import { lastAddress, type Prefix } from '../../model/prefix.ts';

/**
 * The largest number of addresses of the networks, all of the universe's family and none within another, that are found with one protocol and port,
 * whatever their source port, own side and membership. The universe was compiled with `servicesBeforePeers`.
 */
export function mostAddressesFound(
  { diagram, root, frame }: Explored,
  universe: Universe,
  networks: readonly Prefix[],
): bigint {
  const peer = universe.fields.indexOf('peer');
  const axis = itemAt(universe.axes, peer);
  const all = measure(axis.spanOf(itemAt(frame, peer)), networks);
  const known = new Map<NodeRef, bigint>();

  const countAt = (ref: NodeRef): bigint => {
    if (ref === NOTHING) return 0n;
    if (isTerminal(ref)) return all;
    const node = diagram.node(ref);
    if (node.dimension > peer) return all;
    const found = known.get(ref) ?? countBelow(node);
    known.set(ref, found);
    return found;
  };
  const countBelow = ({ dimension, ends, children }: ReturnType<typeof diagram.node>): bigint => {
    if (dimension < peer) return children.map(countAt).reduce((most, count) => (count > most ? count : most));
    let sum = 0n;
    let lo = itemAt(frame, peer).lo;
    for (const [edge, child] of children.entries()) {
      const hi = itemAt(ends, edge);
      if (child !== NOTHING) sum += measure(axis.spanOf({ lo, hi }), networks);
      lo = hi + 1;
    }
    return sum;
  };
  return countAt(root);
}

/** Of networks that do not overlap. */
export const addressCount = (networks: readonly Prefix[]): bigint =>
  networks.reduce((sum, network) => sum + lastAddress(network) - network.address + 1n, 0n);

function measure({ first, last }: Span, networks: readonly Prefix[]): bigint {
  let sum = 0n;
  for (const network of networks) {
    const from = network.address > first ? network.address : first;
    const end = lastAddress(network);
    const until = end < last ? end : last;
    if (until >= from) sum += until - from + 1n;
  }
  return sum;
}
