// One packet of a cell that shows what was counted there.
import { itemAt } from '../../exposure/engine/at.ts';
import type { AtomRange, Span } from '../../exposure/engine/axis.ts';
import { isTerminal, terminalValue, type NodeRef } from '../../exposure/engine/diagram.ts';
import type { Packet } from '../../exposure/engine/packet.ts';
import { FIELDS, type Field } from '../../exposure/engine/rule-boxes.ts';
import { exampleValue, isPorted } from '../../exposure/text/example-packet.ts';
import type { PacketPattern } from '../../model/packets/pattern.ts';
import { edgesOf, type Cell } from './count.ts';
import { addressSpans, commonSpans, unionOf } from './measure.ts';
import type { Reached } from './memberships.ts';

export interface Wanted {
  /** Of the addresses to choose from. */
  readonly address: (reached: Reached) => boolean;
  /** Of the terminal of the packet. */
  readonly packet: (value: number) => boolean;
}

/** Null if no packet of the cell is wanted. */
export function exampleOf(cell: Cell, pattern: PacketPattern, wanted: Wanted): Packet | null {
  const { universe, sender, at } = cell;
  const choices = new Map<NodeRef, Span[]>();
  for (const { atoms, child } of edgesOf(at.explored, at.ref, FIELDS.indexOf('peer'))) {
    if (!wanted.address(at.memberships.reached(child))) continue;
    choices.set(child, [...(choices.get(child) ?? []), atomsSpan(cell, 'peer', atoms)]);
  }
  const addresses = sender.spans[universe.family];
  const peers = commonSpans(unionOf([...choices.values()].flat()), addresses);
  if (peers.length === 0) return null;
  const peer = exampleValue(peers, 'peer', universe.family);
  const node = [...choices].find(([, spans]) =>
    spans.some(({ first, last }) => first <= peer && peer <= last),
  );
  const way = node === undefined ? null : pathDown(cell, pattern, node[0], wanted.packet);
  if (way === null) return null;
  const protocol = Number(exampleValue([cell.protocols], 'protocol', universe.family));
  const valueIn = (field: Field): bigint =>
    exampleValue(way.spans.get(field) ?? openSpans(cell, pattern, field), field, universe.family);
  return {
    direction: universe.direction,
    nicType: universe.nicType,
    family: universe.family,
    protocol,
    port: isPorted(protocol) ? Number(cell.ports.first) : null,
    peer,
    sourcePort: isPorted(protocol) ? Number(valueIn('sourcePort')) : null,
    own: valueIn('own'),
    memberOf: [...(sender.memberOf === null ? [] : [sender.memberOf]), ...way.memberOf].sort(),
  };
}

interface PathDown {
  readonly spans: ReadonlyMap<Field, readonly Span[]>;
  readonly memberOf: readonly string[];
}

/** A path to a wanted terminal, outside of symbols where that is possible. */
function pathDown(
  cell: Cell,
  pattern: PacketPattern,
  from: NodeRef,
  isWanted: (value: number) => boolean,
): PathDown | null {
  const dead = new Set<NodeRef>();
  const { diagram } = cell.at.explored;
  const down = (ref: NodeRef): PathDown | null => {
    if (isTerminal(ref)) return isWanted(terminalValue(ref)) ? { spans: new Map(), memberOf: [] } : null;
    if (dead.has(ref)) return null;
    const { dimension } = diagram.node(ref);
    const field = FIELDS[dimension];
    for (const { atoms, child } of edgesOf(cell.at.explored, ref, dimension)) {
      const spans =
        field === undefined
          ? []
          : commonSpans([atomsSpan(cell, field, atoms)], openSpans(cell, pattern, field));
      if (field !== undefined && spans.length === 0) continue;
      const way = down(child);
      if (way === null) continue;
      if (field !== undefined) return { ...way, spans: new Map([...way.spans, [field, spans]]) };
      const { id } = itemAt(cell.universe.symbols, dimension - FIELDS.length);
      return atoms.lo === 0 ? way : { ...way, memberOf: [id, ...way.memberOf] };
    }
    dead.add(ref);
    return null;
  };
  return down(from);
}

const atomsSpan = ({ universe }: Cell, field: Field, atoms: AtomRange): Span =>
  itemAt(universe.axes, FIELDS.indexOf(field)).spanOf(atoms);

/** What the pattern leaves open of a field. */
function openSpans(cell: Cell, pattern: PacketPattern, field: Field): Span[] {
  if (field === 'own' && pattern.own.length > 0) return addressSpans(pattern.own, cell.universe.family);
  return [atomsSpan(cell, field, itemAt(cell.at.explored.frame, FIELDS.indexOf(field)))];
}
