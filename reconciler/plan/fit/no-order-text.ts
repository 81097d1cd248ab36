// What a person reads of a change that has no hitless order.
import type { Packet } from '../../exposure/engine/packet.ts';
import { packetText } from '../../exposure/text/packet-text.ts';
import type { NoHitlessOrder } from '../plan.ts';

/** Two clauses: what there is none of, and what would do. */
export function noOrderText({ isCertain, witnesses, freeSlots }: NoHitlessOrder): string {
  const what = isCertain
    ? `each order of the calls hits ${hitText(witnesses)} for a moment`
    : 'no order that hits nothing was found within the bounds of the search, though there may be one';
  return `${what}; with ${slotsText(freeSlots)} there is one that hits nothing`;
}

const MOST_PACKETS_NAMED = 3;

function hitText(witnesses: readonly Packet[]): string {
  const [only, ...others] = witnesses;
  if (only === undefined) return 'something';
  if (others.length === 0) return packetText(only);
  const named = witnesses.slice(0, MOST_PACKETS_NAMED).map(packetText);
  return `one of ${witnesses.length} packets (${[...named, ...(witnesses.length > MOST_PACKETS_NAMED ? ['…'] : [])].join(', ')})`;
}

/** `2 more free slots, 1 of them for a rule that names a group`. */
function slotsText({ rules, groupRules }: NoHitlessOrder['freeSlots']): string {
  const counted = (count: number): string => `${count} more free slot${count === 1 ? '' : 's'}`;
  if (rules === 0) return `${counted(groupRules)} for rules that name a group`;
  return groupRules === 0
    ? counted(rules)
    : `${counted(rules)} and ${counted(groupRules)} for rules that name a group`;
}
