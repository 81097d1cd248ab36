// IPv4 and IPv6 are explored apart, but a rule for the members of a group counts for both. Where the
// two answers agree, one box for the group says it, as the rule does.
import { compareText } from '../../model/problem.ts';
import { DIRECTIONS } from '../../model/rule.ts';
import { itemAt } from '../engine/at.ts';
import type { Box } from './box.ts';
import type { GroupContext } from '../engine/context.ts';
import type { Draft } from './box-writer.ts';
import type { SetSymbol } from '../engine/rule-boxes.ts';

/** The boxes in their order, twins in the two families replaced by one of family `group` or `prefixList`. */
export function joinFamilies(drafts: readonly Draft[], context: GroupContext): Box[] {
  const twins = new Map<string, { readonly symbolic: Draft['box']; readonly alike: Draft[] }>();
  for (const draft of drafts) {
    if (draft.symbol === null) continue;
    const symbolic = symbolicBox(draft.box, draft.symbol);
    const key = JSON.stringify(symbolic);
    twins.set(key, { symbolic, alike: [...(twins.get(key)?.alike ?? []), draft] });
  }
  const joined = drafts.filter(({ symbol }) => symbol === null);
  for (const { symbolic, alike } of twins.values()) {
    const families = new Set(alike.map(({ box }) => box.family));
    const exceptPeers = alike.flatMap((draft) => draft.exceptPeers);
    if (families.size === 1 && !hasOneFamily(symbolic, context)) joined.push(...alike);
    else joined.push({ ...itemAt(alike, 0), box: symbolic, exceptPeers });
  }
  return joined
    .sort(compareDrafts)
    .map(({ box, exceptPeers }) => (exceptPeers.length === 0 ? box : { ...box, exceptPeers }));
}

/** The same with the symbol for a peer. Twins have equal ones. */
function symbolicBox(box: Draft['box'], symbol: SetSymbol): Draft['box'] {
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
function hasOneFamily(box: Draft['box'], context: GroupContext): boolean {
  if (box.own !== undefined || box.protocol === 'icmp' || box.protocol === 'icmpv6') return true;
  return [box.peer, ...(box.memberOf ?? [])].some((id) => context.prefixLists.has(id));
}

const FAMILY_ORDER: ReadonlyArray<Box['family']> = ['ipv4', 'ipv6', 'group', 'prefixList'];

/** The one order of boxes: direction, card, family, then the fields by value. */
function compareDrafts(a: Draft, b: Draft): number {
  return (
    DIRECTIONS.indexOf(a.box.direction) - DIRECTIONS.indexOf(b.box.direction) ||
    compareText(b.box.nicType ?? 'intranet', a.box.nicType ?? 'intranet') ||
    FAMILY_ORDER.indexOf(a.box.family) - FAMILY_ORDER.indexOf(b.box.family) ||
    comparePlaces(a.place, b.place) ||
    compareText(String(a.box.memberOf), String(b.box.memberOf)) ||
    compareText(String(a.box.notMemberOf), String(b.box.notMemberOf)) ||
    compareText(JSON.stringify(a.box), JSON.stringify(b.box))
  );
}

function comparePlaces(a: Draft['place'], b: Draft['place']): number {
  for (let index = 0; index < a.length; index += 1) {
    const value = itemAt(a, index);
    const other = itemAt(b, index);
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
