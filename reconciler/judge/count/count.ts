// How many addresses of a pattern are exposed at each protocol and port: one exploration a service, and a walk over its
// diagram. "Exposed" is what the caller looks for, accepted or dropped, whatever source port and own address it takes.
import { itemAt } from '../../exposure/engine/at.ts';
import type { AtomRange, Span } from '../../exposure/engine/axis.ts';
import type { ClauseTable } from '../../exposure/engine/clause-table.ts';
import { membersAreOpen } from '../../exposure/engine/context.ts';
import { isTerminal, type NodeRef } from '../../exposure/engine/diagram.ts';
import { explore, type Explored } from '../../exposure/engine/explore.ts';
import type { Meter } from '../../exposure/engine/meter.ts';
import { FIELDS } from '../../exposure/engine/rule-boxes.ts';
import type { Universe } from '../../exposure/engine/universe.ts';
import type { PacketPattern } from '../../model/packets/pattern.ts';
import type { Rule, RuleAction } from '../../model/rule.ts';
import { addressSpans, Measure } from './measure.ts';
import { Memberships } from './memberships.ts';
import { compileWithProbes, type Probe, type ProbedSpace } from './probes.ts';
import { sendersOf, type Sender, type SenderContext } from './senders.ts';

const PORT = FIELDS.indexOf('port');
const PEER = FIELDS.indexOf('peer');

/** Addresses, of one state. */
export interface Count {
  /** If unread lists hold what exposes most. */
  readonly possible: bigint;
  /** Whatever unread lists hold. */
  readonly certain: bigint;
}

/** The packets of one pattern, universe and sender at some protocols and ports that all fare alike. */
export interface Cell {
  readonly universe: Universe;
  readonly sender: Sender;
  readonly protocols: Span;
  readonly ports: Span;
  /** One a state; of two states, a third one: addresses of which some packet is exposed in the second state alone. */
  readonly counts: readonly Count[];
  /** Of two states: some address is exposed in the second one that is not in the first. */
  readonly maybeNew: boolean;
  readonly surelyNew: boolean;
  /** For whoever wants an example. */
  readonly at: CellPlace;
}

/** A node behind protocol and port, and what its addresses come to. */
export interface CellPlace {
  readonly explored: Explored;
  readonly ref: NodeRef;
  readonly memberships: Memberships;
}

/** Some of a counter's rules: not 0 for each that is there. */
export type Presence = ArrayLike<number>;

export interface CountQuestion {
  readonly pattern: PacketPattern;
  readonly senders: readonly Sender[];
  readonly looksFor: RuleAction;
  /** One or two. */
  readonly states: readonly Presence[];
}

/** Of rules that are listed before first and after then: the two states. */
export function endsOf(before: number, after: number): readonly [Presence, Presence] {
  const present = new Uint8Array(before + after).fill(1, 0, before);
  return [present, present.map((there) => 1 - there)];
}

/** All rules of one group that states will name, compiled once for every pattern that will be asked about. */
export class Counter {
  readonly context: SenderContext;
  readonly #probed: ProbedSpace;
  readonly #meter: Meter;
  readonly #measures = new Map<Universe, Map<Sender, Measure>>();

  /** The meter bounds all questions together. */
  constructor(
    rules: readonly Rule[],
    patterns: readonly PacketPattern[],
    context: SenderContext,
    meter: Meter,
  ) {
    this.context = context;
    this.#meter = meter;
    this.#probed = compileWithProbes(rules, patterns, context.group);
  }

  sendersOf(pattern: PacketPattern, groups: Sender['groups']): Sender[] {
    return sendersOf(pattern, this.context, groups);
  }

  /** The cells at which something is exposed in some state; null if the meter ran out first. */
  count(question: CountQuestion): Cell[] | null {
    const cells: Cell[] = [];
    for (const probe of this.#probed.probesOf(question.pattern)) {
      for (const sender of question.senders) {
        if (sender.spans[probe.universe.family].length === 0) continue;
        const found = this.#cellsOf(probe, sender, question);
        if (found === null) return null;
        cells.push(...found);
      }
    }
    return this.#meter.isSpent ? null : cells;
  }

  #cellsOf(probe: Probe, sender: Sender, question: CountQuestion): Cell[] | null {
    const { universe } = probe;
    const table = universe.table.within(probe.clause, this.#meter, fixedSymbols(universe, sender));
    if (table === null) return null;
    const explored = this.#explore(table, universe, sender, question);
    if (explored === null) return null;
    const measure = this.#measureOf(universe, sender);
    const memberships = new Memberships(
      explored,
      {
        isOwn: this.#ownFilter(universe, question.pattern),
        isFree: (dimension) => symbolAt(universe, dimension).kind === 'group',
      },
      this.#meter,
    );
    const walk = new Walk(explored, measure, memberships, question.states.length === 2 ? 3 : 1);
    const cells: Cell[] = [];
    for (const { protocols, ports, ref } of serviceNodes(explored, universe)) {
      const exposed = walk.exposed(ref);
      if (exposed.counts.every(({ possible }) => possible === 0n)) continue;
      const counts = sender.isUnreadList
        ? exposed.counts.map((count) => ofUnread(count, measure))
        : exposed.counts;
      cells.push({
        universe,
        sender,
        protocols,
        ports,
        ...exposed,
        counts,
        at: { explored, ref, memberships },
      });
    }
    return this.#meter.isSpent ? null : cells;
  }

  #explore(
    table: ClauseTable,
    universe: Universe,
    sender: Sender,
    { looksFor, states }: CountQuestion,
  ): Explored | null {
    const masks = table.masksOf(stateBits(states, this.#probed.space.rules.length));
    const isOpen =
      sender.memberOf === this.context.group.id &&
      membersAreOpen(this.context.group) &&
      universe.nicType === 'intranet';
    const wanted = Number(looksFor === 'accept');
    const labels = Int32Array.from(masks, (_, clause) => Number(isOpen || table.accepts(clause)));
    return explore(
      {
        table,
        states: states.length,
        masks,
        labels,
        fallback: Number(isOpen || universe.fallback === 'accept'),
        judge: (winners) => valueOf(winners.map((winner) => winner === wanted)),
        settledBy: [],
        stopAtFirst: false,
      },
      this.#meter,
    );
  }

  #measureOf(universe: Universe, sender: Sender): Measure {
    const known = this.#measures.get(universe) ?? new Map<Sender, Measure>();
    this.#measures.set(universe, known);
    const measure =
      known.get(sender) ?? new Measure(itemAt(universe.axes, PEER), sender.spans[universe.family]);
    known.set(sender, measure);
    return measure;
  }

  #ownFilter(universe: Universe, { own }: PacketPattern): (atoms: AtomRange) => boolean {
    if (own.length === 0) return () => true;
    const measure = new Measure(
      itemAt(universe.axes, FIELDS.indexOf('own')),
      addressSpans(own, universe.family),
    );
    return (atoms) => measure.of(atoms) > 0n;
  }
}

const symbolAt = (universe: Universe, dimension: number) =>
  itemAt(universe.symbols, dimension - FIELDS.length);

/** What is known of the memberships of a sender's packets, by dimension. */
function fixedSymbols({ symbols }: Universe, sender: Sender): Map<number, boolean> {
  const fixed = new Map<number, boolean>();
  for (const [index, { kind, id }] of symbols.entries()) {
    if (id === sender.memberOf) fixed.set(FIELDS.length + index, true);
    else if (kind === 'group' && sender.groups === 'none') fixed.set(FIELDS.length + index, false);
  }
  return fixed;
}

/** For each rule, a bit for each state that holds it; probes are in none. */
function stateBits(states: readonly Presence[], rules: number): Int32Array {
  return Int32Array.from({ length: rules }, (_, rule) =>
    states.reduce((bits, present, state) => bits | (Number((present[rule] ?? 0) !== 0) << state), 0),
  );
}

/** The terminal of a packet that is exposed in these states: see `Cell.counts`. */
function valueOf([first = false, second = false]: readonly boolean[]): number {
  return Number(first) | (Number(second) << 1) | (Number(second && !first) << 2);
}

/** Of a list that holds at least one address: surely one is exposed only if all are. */
function ofUnread({ possible, certain }: Count, measure: Measure): Count {
  return { possible, certain: certain === measure.total ? 1n : 0n };
}

type Exposed = Pick<Cell, 'counts' | 'maybeNew' | 'surelyNew'>;

/** Sums over the peers, each node once. */
class Walk {
  readonly #explored: Explored;
  readonly #measure: Measure;
  readonly #memberships: Memberships;
  readonly #states: number;
  readonly #known = new Map<NodeRef, Exposed>();

  constructor(explored: Explored, measure: Measure, memberships: Memberships, states: number) {
    this.#explored = explored;
    this.#measure = measure;
    this.#memberships = memberships;
    this.#states = states;
  }

  exposed(ref: NodeRef): Exposed {
    const known = this.#known.get(ref);
    if (known !== undefined) return known;
    const possible = new Array<bigint>(this.#states).fill(0n);
    const certain = new Array<bigint>(this.#states).fill(0n);
    let maybeNew = false;
    let surelyNew = false;
    for (const { atoms, child } of edgesOf(this.#explored, ref, PEER)) {
      const addresses = this.#measure.of(atoms);
      if (addresses === 0n) continue;
      const reached = this.#memberships.reached(child);
      maybeNew ||= reached.maybeNew;
      surelyNew ||= reached.surelyNew;
      for (let state = 0; state < this.#states; state += 1) {
        if ((reached.possible >> state) & 1) possible[state] = itemAt(possible, state) + addresses;
        if ((reached.certain >> state) & 1) certain[state] = itemAt(certain, state) + addresses;
      }
    }
    const counts = possible.map((count, state) => ({ possible: count, certain: itemAt(certain, state) }));
    const exposed = { counts, maybeNew, surelyNew };
    this.#known.set(ref, exposed);
    return exposed;
  }
}

export interface DiagramEdge {
  readonly atoms: AtomRange;
  readonly child: NodeRef;
}

/** The edges of a node in one dimension; a node of a later one has a single edge to itself. */
export function edgesOf({ diagram, frame }: Explored, ref: NodeRef, dimension: number): DiagramEdge[] {
  const whole = itemAt(frame, dimension);
  if (isTerminal(ref) || diagram.node(ref).dimension !== dimension) return [{ atoms: whole, child: ref }];
  const { ends, children } = diagram.node(ref);
  let lo = whole.lo;
  return children.map((child, edge) => {
    const atoms = { lo, hi: itemAt(ends, edge) };
    lo = atoms.hi + 1;
    return { atoms, child };
  });
}

interface ServiceNode {
  readonly protocols: Span;
  readonly ports: Span;
  readonly ref: NodeRef;
}

function* serviceNodes(explored: Explored, { axes }: Universe): Generator<ServiceNode> {
  for (const protocol of edgesOf(explored, explored.root, 0)) {
    for (const port of edgesOf(explored, protocol.child, PORT)) {
      yield {
        protocols: itemAt(axes, 0).spanOf(protocol.atoms),
        ports: itemAt(axes, PORT).spanOf(port.atoms),
        ref: port.child,
      };
    }
  }
}
