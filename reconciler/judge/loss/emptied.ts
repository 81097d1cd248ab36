// Whether a change leaves nothing of a direction: then the group is as good as closed, however few rules that took.
import { AFTER, BEFORE, compareRuleSets, type Comparison } from '../../exposure/ask/comparison.ts';
import { itemAt } from '../../exposure/engine/at.ts';
import { NOTHING } from '../../exposure/engine/diagram.ts';
import { explore } from '../../exposure/engine/explore.ts';
import { FAMILIES } from '../../exposure/engine/universe.ts';
import { DEFAULT_MAX_WORK, Meter } from '../../exposure/engine/meter.ts';
import type { Family } from '../../model/prefix.ts';
import { DIRECTIONS, type Direction } from '../../model/rule.ts';
import { hasIpv6Rule, type RuleChange } from './rule-change.ts';

export interface EmptiedDirection {
  readonly direction: Direction;
  readonly family: Family;
}

/**
 * The directions and families of which something is accepted before and nothing afterwards, by exposure: drops and
 * the default count. Whose accepts count is for the caller to say: those that are ignored are to be left out of both
 * sides. IPv6 is judged only if some rule is about it: else each rule for a group would stand for IPv6 as well.
 * Where the budget ends first, the worse is believed.
 */
export function emptiedDirections(
  { before, after, context }: RuleChange,
  maxWork: number = DEFAULT_MAX_WORK,
): EmptiedDirection[] {
  const { comparisons } = compareRuleSets(before, after, context);
  const hasIpv6 = hasIpv6Rule([...before, ...after], context);
  const emptied = comparisons
    .filter(({ universe }) => hasIpv6 || universe.family === 'ipv4')
    .filter((comparison) => isEmptied(comparison, maxWork / comparisons.length))
    .map(({ universe }) => universe);
  return DIRECTIONS.flatMap((direction) =>
    FAMILIES.filter((family) =>
      emptied.some((universe) => universe.direction === direction && universe.family === family),
    ).map((family) => ({ direction, family })),
  );
}

function isEmptied(comparison: Comparison, maxWork: number): boolean {
  const before = acceptsAnything(comparison, BEFORE, new Meter(maxWork / 2)) ?? true;
  return before && !(acceptsAnything(comparison, AFTER, new Meter(maxWork / 2)) ?? false);
}

/** Null if the meter ran out. */
function acceptsAnything({ universe, masks }: Comparison, state: number, meter: Meter): boolean | null {
  const { table, fallback } = universe;
  const found = explore(
    {
      table,
      states: 1,
      masks: masks.map((mask) => Number((mask & state) !== 0)),
      labels: Int32Array.from(masks, (_, clause) => Number(table.accepts(clause))),
      fallback: Number(fallback === 'accept'),
      judge: (winners) => itemAt(winners, 0),
      settledBy: [],
      stopAtFirst: true,
    },
    meter,
  );
  return found === null ? null : found.root !== NOTHING;
}
