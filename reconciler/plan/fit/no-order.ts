// Where no hitless order was found: whether there is none, what is in the way, and how much room would do.
import type { Packet } from '../../exposure/engine/packet.ts';
import type { Rule } from '../../model/rule.ts';
import type { Changes } from '../order/calls.ts';
import type { NoHitlessOrder } from '../plan.ts';
import { constrainedOrder, searchTask, type OrderAnswer } from './constrained-order.ts';
import { joinedOrder } from './joined-order.ts';
import { PacketJudge } from './packet-judge.ts';
import { plus, type Load, type Room } from './quota.ts';
import { searchSpace } from './search-space.ts';
import { searchBudget, type SearchTask } from './search-state.ts';
import { searchCalls } from './search.ts';
import { changedRules } from './staged-order.ts';

/** Of the usual budget, for all that is asked here: it is to be told, and decides nothing. */
const TELLING_SHARE = 0.1;
/** With more packets it is not asked which of them matter. */
const MAX_PACKETS = 40;
/** Slots that are tried before what the usual order takes is told, and the most changed rules for which they are. */
const MAX_SLOTS_TRIED = 3;
const MAX_RULES_TRIED = 40;

interface Unfound {
  /** Without pairs. */
  readonly changes: Changes;
  readonly room: Room;
  readonly answer: OrderAnswer;
  /** How much room the usual order takes that there is not. */
  readonly missing: Load;
}

export const whyNoOrder = ({ changes, room, answer, missing }: Unfound): NoHitlessOrder => ({
  isCertain: answer.kind === 'none',
  witnesses: answer.kind === 'none' ? packetsInTheWay(changes, room, answer.hits) : [],
  freeSlots: enoughSlots(changes, room, missing),
});

/**
 * As few packets as were found of which each order hits one, whatever becomes of all others: one that does alone, or what
 * is left of those that the search met when no more can be spared. Of the plainest.
 */
function packetsInTheWay(changes: Changes, room: Room, hits: readonly Packet[]): readonly Packet[] {
  if (hits.length > MAX_PACKETS) return [];
  const searched = { ...changes, modified: [] };
  const task = searchTask(
    searchSpace(searched, room.group, room.options, null),
    room,
    searchBudget(TELLING_SHARE),
  );
  const areInTheWay = (packets: readonly Packet[]): boolean => {
    const judgeOf: SearchTask['judgeOf'] = (rules) => new PacketJudge(packets, rules, task);
    return searchCalls({ ...task, judgeOf }, room.limits).kind === 'none';
  };
  const plainest = [...hits].sort((a, b) => memberships(a) - memberships(b));
  const one = plainest.find((packet) => areInTheWay([packet]));
  const rules = [...room.group.rules, ...changes.added].map(({ rule }) => rule);
  if (one !== undefined) return [asPlainAsMay(one, rules)];
  let left: readonly Packet[] = plainest;
  for (const packet of plainest.toReversed()) {
    const others = left.filter((other) => other !== packet);
    if (areInTheWay(others)) left = others;
  }
  return areInTheWay(left) ? left.map((packet) => asPlainAsMay(packet, rules)) : [];
}

const memberships = ({ memberOf, notMemberOf = [] }: Packet): number => memberOf.length + notMemberOf.length;

/** Without what none of the rules asks for. */
function asPlainAsMay(packet: Packet, rules: readonly Rule[]): Packet {
  return {
    ...packet,
    sourcePort: rules.every(({ sourcePorts }) => sourcePorts === null) ? null : packet.sourcePort,
    own: rules.every(({ own }) => own === null) ? null : packet.own,
  };
}

/** The fewest with which an order was found; at most what the usual order takes. */
function enoughSlots(changes: Changes, room: Room, missing: Load): Load {
  if (changedRules(changes) > MAX_RULES_TRIED) return missing;
  const budget = searchBudget(TELLING_SHARE);
  const most = Math.min(MAX_SLOTS_TRIED, Math.max(missing.rules, missing.groupRules) - 1);
  for (let slots = 1; slots <= most; slots += 1) {
    const more: Load = {
      rules: Math.min(slots, missing.rules),
      groupRules: Math.min(slots, missing.groupRules),
    };
    const wider: Room = { ...room, quota: plus(room.quota, more) };
    const answer = joinedOrder(changes, wider, (part, now) => constrainedOrder(part, now, budget));
    if (answer.kind === 'found') return more;
  }
  return missing;
}
