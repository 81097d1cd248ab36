// IPv4 and IPv6 are explored apart, but a rule for the members of a group counts for both. Where the
// two answers agree, one box for the group says it, as the rule does.
import { compareText } from '../model/problem.ts';
import { DIRECTIONS } from '../model/rule.ts';
import { itemAt } from './at.ts';
import type { Box } from './box.ts';
import type { GroupContext } from './context.ts';
import type { Draft } from './region-boxes.ts';
import type { SetSymbol } from './rule-boxes.ts';

/** The drafts in their order, with twins in the other family replaced by one of family `group` or `prefixList`. */
export function joinFamilies(drafts: readonly Draft[], context: GroupContext): Draft[] {
  const families = new Map<string, Set<Box['family']>>();
  for (const { box, symbol } of drafts) {
    if (symbol === null) continue;
    const key = JSON.stringify(symbolicBox(box, symbol));
    families.set(key, (families.get(key) ?? new Set()).add(box.family));
  }
  const joined = new Map<string, Draft>();
  for (const draft of drafts) {
    const box = draft.symbol === null ? draft.box : symbolicBox(draft.box, draft.symbol);
    const key = JSON.stringify(box);
    const isWhole = hasOneFamily(box, context) || families.get(key)?.size === 2;
    if (draft.symbol !== null && isWhole) joined.set(key, { ...draft, box });
    else joined.set(JSON.stringify(draft.box), draft);
  }
  return [...joined.values()].sort(compareDrafts);
}

function symbolicBox(box: Box, symbol: SetSymbol): Box {
  const { memberOf = [], ...rest } = box;
  const others = memberOf.filter((id) => id !== symbol.id);
  return {
    ...rest,
    family: symbol.kind === 'group' ? 'group' : 'prefixList',
    peer: symbol.id,
    ...(others.length === 0 ? {} : { memberOf: others }),
  };
}

/** Whether the box's other fields already say of which family its packets are. */
function hasOneFamily(box: Box, context: GroupContext): boolean {
  if (box.own !== undefined || box.protocol === 'icmp' || box.protocol === 'icmpv6') return true;
  return [box.peer, ...(box.memberOf ?? [])].some((id) => context.prefixLists.has(id));
}

const FAMILY_ORDER: ReadonlyArray<Box['family']> = ['ipv4', 'ipv6', 'group', 'prefixList'];

/** The one order of boxes: direction, card, family, then the fields by value. */
export function compareDrafts(a: Draft, b: Draft): number {
  return (
    DIRECTIONS.indexOf(a.box.direction) - DIRECTIONS.indexOf(b.box.direction) ||
    compareText(b.box.nicType ?? 'intranet', a.box.nicType ?? 'intranet') ||
    FAMILY_ORDER.indexOf(a.box.family) - FAMILY_ORDER.indexOf(b.box.family) ||
    comparePlaces(a.place, b.place) ||
    compareText(JSON.stringify(a.box), JSON.stringify(b.box))
  );
}

function comparePlaces(a: readonly bigint[], b: readonly bigint[]): number {
  for (const [index, value] of a.entries()) {
    const other = itemAt(b, index);
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
