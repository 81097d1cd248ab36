// More of a pattern than there should be, as a value: how many addresses, where, one packet, and who decides it.
import type { Packet } from '../../exposure/engine/packet.ts';
import { decide, type Decision } from '../../exposure/ask/decide.ts';
import { servicesIn } from '../../exposure/text/services.ts';
import type { PacketPattern } from '../../model/packets/pattern.ts';
import { formatPortRange, NO_PORTS_TEXT } from '../../model/ports.ts';
import type { Family } from '../../model/prefix.ts';
import type { NicType, Rule } from '../../model/rule.ts';
import type { Cell } from '../count/count.ts';
import { exampleOf, type Wanted } from '../count/example.ts';
import { addressCount } from '../count/measure.ts';
import type { SenderContext } from '../count/senders.ts';

/** Of the protocol and port at which it is worst. */
export interface Excess {
  readonly family: Family;
  readonly nicType: NicType;
  /** A name, a number, a range of numbers, or `all`. */
  readonly protocol: string;
  /** The vendor's `N/M`; `-1/-1` where the protocol has none. */
  readonly ports: string;
  /** Addresses of the pattern. */
  readonly count: bigint;
  /** All addresses of the pattern in this family. */
  readonly of: bigint;
  /** A group or an unread list that the packets come from; null: the pattern's addresses. */
  readonly memberOf: string | null;
  /** Whether rules for groups were counted, whoever is in the groups. */
  readonly countsGroups: boolean;
  readonly example: Packet;
  readonly decision: Decision;
  /** All protocols and ports where it is so: `tcp 22/22`. */
  readonly services: readonly string[];
}

export interface ExcessQuestion {
  readonly pattern: PacketPattern;
  readonly context: SenderContext;
  /** Those in force where the excess is. */
  readonly rules: readonly Rule[];
  readonly countOf: (cell: Cell) => bigint;
  readonly wanted: Wanted;
}

/** Of the cells with the largest part of the pattern, the first; null without cells. */
export function worstExcess(cells: readonly Cell[], question: ExcessQuestion): Excess | null {
  let worst: Cell | null = null;
  for (const cell of cells) {
    if (worst === null || isWorse(cell, worst, question.countOf)) worst = cell;
  }
  if (worst === null) return null;
  const example = exampleOf(worst, question.pattern, question.wanted);
  if (example === null) throw new Error('an excess without a packet');
  const { universe, sender } = worst;
  const [service] = serviceTexts(worst);
  return {
    family: universe.family,
    nicType: universe.nicType,
    protocol: service?.protocol ?? 'all',
    ports: service?.ports ?? NO_PORTS_TEXT,
    count: question.countOf(worst),
    of: addressCount(sender.spans[universe.family]),
    memberOf: sender.memberOf,
    countsGroups: sender.groups === 'any',
    example,
    decision: decide(question.rules, example, question.context.group),
    services: [...new Set(cells.flatMap(serviceTexts).map(({ protocol, ports }) => `${protocol} ${ports}`))],
  };
}

/** By the part of the addresses, of families of different size. */
function isWorse(cell: Cell, other: Cell, countOf: (cell: Cell) => bigint): boolean {
  const size = ({ sender, universe }: Cell): bigint => addressCount(sender.spans[universe.family]);
  return countOf(cell) * size(other) > countOf(other) * size(cell);
}

const serviceTexts = ({ protocols, ports }: Cell): Array<{ protocol: string; ports: string }> =>
  servicesIn(protocols, ports).map(({ protocol, port }) => ({
    protocol,
    ports:
      port === null ? NO_PORTS_TEXT : formatPortRange({ first: Number(port.first), last: Number(port.last) }),
  }));
