// How many addresses lose a service, counted at the service that loses most.
import type { Span } from '../../exposure/engine/axis.ts';
import { itemAt } from '../../exposure/engine/at.ts';
import { isTerminal, NOTHING, type DiagramNode, type NodeRef } from '../../exposure/engine/diagram.ts';
import type { Explored } from '../../exposure/engine/explore.ts';
import type { Universe } from '../../exposure/engine/universe.ts';
import { Measure } from '../count/measure.ts';

/**
 * The largest number of these addresses that are found with one protocol and port, whatever their source port, own
 * side and membership. The addresses are ascending spans, the question was asked of every address, and the universe was
 * compiled with `servicesBeforePeers`.
 */
export function mostAddressesFound(
  { diagram, root, frame }: Explored,
  universe: Universe,
  addresses: readonly Span[],
): bigint {
  const peer = universe.fields.indexOf('peer');
  const measure = new Measure(itemAt(universe.axes, peer), addresses);
  const known = new Map<NodeRef, bigint>();

  const countAt = (ref: NodeRef): bigint => {
    if (ref === NOTHING) return 0n;
    if (isTerminal(ref)) return measure.total;
    const node = diagram.node(ref);
    if (node.dimension > peer) return measure.total;
    const found = known.get(ref) ?? (node.dimension < peer ? mostBelow(node) : sumOf(node));
    known.set(ref, found);
    return found;
  };
  const mostBelow = ({ children }: DiagramNode): bigint =>
    children.map(countAt).reduce((most, count) => (count > most ? count : most));
  const sumOf = ({ ends, children }: DiagramNode): bigint => {
    let sum = 0n;
    let lo = itemAt(frame, peer).lo;
    for (const [edge, child] of children.entries()) {
      const hi = itemAt(ends, edge);
      if (child !== NOTHING) sum += measure.of({ lo, hi });
      lo = hi + 1;
    }
    return sum;
  };
  return countAt(root);
}
