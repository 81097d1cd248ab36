// Below the peer a diagram asks for source port, own side and the symbols. What counts of it is: for each content of
// the unread lists, whether some source port and own address of the pattern reaches what is looked for. That is a
// diagram of the lists alone, made here by or-ing the rest away.
import { itemAt } from '../../exposure/engine/at.ts';
import type { AtomRange } from '../../exposure/engine/axis.ts';
import { isTerminal, NOTHING, terminal, terminalValue, type NodeRef } from '../../exposure/engine/diagram.ts';
import type { Explored } from '../../exposure/engine/explore.ts';
import type { Meter } from '../../exposure/engine/meter.ts';
import { FIELDS } from '../../exposure/engine/rule-boxes.ts';

/** Of one address, as bits a state (before is the first): what is looked for may, and must, be there. */
export interface Reached {
  readonly possible: number;
  readonly certain: number;
  /** Some content of the lists, and every content, has it in the second state and not in the first. */
  readonly maybeNew: boolean;
  readonly surelyNew: boolean;
}

const OWN = FIELDS.indexOf('own');

const isNew = (value: number): boolean => (value & 0b11) === 0b10;

/** Far above the numbers of nodes; terminals are few. */
const STRIDE = 2 ** 26;
const TERMINALS = 16;

export interface BelowPeer {
  /** Whether packets of the pattern have this own side. */
  readonly isOwn: (atoms: AtomRange) => boolean;
  /** Dimensions of symbols that count as reached by whichever membership reaches: groups. */
  readonly isFree: (dimension: number) => boolean;
}

export class Memberships {
  readonly #explored: Explored;
  readonly #below: BelowPeer;
  readonly #meter: Meter;
  readonly #folded = new Map<NodeRef, NodeRef>();
  readonly #joined = new Map<number, NodeRef>();
  readonly #reached = new Map<NodeRef, Reached>();

  constructor(explored: Explored, below: BelowPeer, meter: Meter) {
    this.#explored = explored;
    this.#below = below;
    this.#meter = meter;
  }

  /** What a node behind the peer comes to. Not to be believed once the meter is spent. */
  reached(ref: NodeRef): Reached {
    return this.#summary(this.#fold(ref));
  }

  #fold(ref: NodeRef): NodeRef {
    if (isTerminal(ref)) return ref;
    const known = this.#folded.get(ref);
    if (known !== undefined) return known;
    const { diagram, frame } = this.#explored;
    const { dimension, ends, children } = diagram.node(ref);
    this.#meter.spend(children.length);
    const isList = dimension >= FIELDS.length && !this.#below.isFree(dimension);
    let folded = NOTHING;
    if (isList) {
      const parts = children.map((child) => this.#fold(child));
      folded = diagram.intern(dimension, ends, parts);
    } else {
      let lo = itemAt(frame, dimension).lo;
      for (const [edge, child] of children.entries()) {
        const hi = itemAt(ends, edge);
        if (dimension !== OWN || this.#below.isOwn({ lo, hi }))
          folded = this.#either(folded, this.#fold(child));
        lo = hi + 1;
      }
    }
    this.#folded.set(ref, folded);
    return folded;
  }

  /** For each content of the lists, the bits of both. */
  #either(a: NodeRef, b: NodeRef): NodeRef {
    if (a === b || b === NOTHING) return a;
    if (a === NOTHING) return b;
    if (isTerminal(a) && isTerminal(b)) return terminal(terminalValue(a) | terminalValue(b));
    const key = (a + TERMINALS) * STRIDE + b + TERMINALS;
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    this.#meter.spend(1);
    const dimension = Math.min(this.#dimensionOf(a), this.#dimensionOf(b));
    const [outA, inA] = this.#halves(a, dimension);
    const [outB, inB] = this.#halves(b, dimension);
    const { diagram } = this.#explored;
    const joined = diagram.intern(dimension, [0, 1], [this.#either(outA, outB), this.#either(inA, inB)]);
    this.#joined.set(key, joined);
    return joined;
  }

  #dimensionOf(ref: NodeRef): number {
    return isTerminal(ref) ? Infinity : this.#explored.diagram.node(ref).dimension;
  }

  #halves(ref: NodeRef, dimension: number): readonly [NodeRef, NodeRef] {
    if (this.#dimensionOf(ref) !== dimension) return [ref, ref];
    const { children } = this.#explored.diagram.node(ref);
    return [itemAt(children, 0), itemAt(children, 1)];
  }

  #summary(ref: NodeRef): Reached {
    if (isTerminal(ref)) {
      const value = terminalValue(ref);
      return { possible: value, certain: value, maybeNew: isNew(value), surelyNew: isNew(value) };
    }
    const known = this.#reached.get(ref);
    if (known !== undefined) return known;
    const [outside, inside] = this.#halves(ref, this.#dimensionOf(ref));
    const one = this.#summary(outside);
    const other = this.#summary(inside);
    const reached = {
      possible: one.possible | other.possible,
      certain: one.certain & other.certain,
      maybeNew: one.maybeNew || other.maybeNew,
      surelyNew: one.surelyNew && other.surelyNew,
    };
    this.#reached.set(ref, reached);
    return reached;
  }
}
