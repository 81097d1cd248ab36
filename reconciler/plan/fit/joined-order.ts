// What stages do not find: the pairs that matching chose undone, so that each rule may become another one or none, and
// several parts searched together, so that a slot that one of them frees serves another one for a while.
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { byKind } from '../match/pair.ts';
import type { Changes } from '../order/calls.ts';
import type { OrderAnswer, OrderSearch } from './constrained-order.ts';
import type { Room } from './quota.ts';
import { inStages, JOINED, changedRules } from './staged-order.ts';

/** Up to so many changed rules all orders can be looked at. */
const MAX_EXHAUSTIVE = 12;

/** `none` only where each order of single calls was looked at. Of changes without pairs, as `unpaired` gives them. */
export function joinedOrder(all: Changes, room: Room, search: OrderSearch): OrderAnswer {
  if (changedRules(all) > MAX_EXHAUSTIVE) {
    const { steps, waiting } = inStages(all, room, search, JOINED);
    if (waiting.length === 0) return { kind: 'found', steps };
  }
  return search(all, room);
}

/**
 * Where a rule can be named whatever else the group holds. Pairs of which only the text changes stay: that takes no room.
 */
export function unpaired(changes: Changes, group: DescribedGroup): Changes {
  if (dialectOf(group).namesRulesBy !== 'id') return changes;
  const { added, modified, removed } = changes;
  const { relabelling, dominating, dominated, crossing } = byKind(modified);
  const undone = [...dominating, ...dominated, ...crossing];
  return {
    added: [...added, ...undone.map(({ to }) => to)],
    modified: relabelling,
    removed: [...removed, ...undone.map(({ from }) => from)],
  };
}
