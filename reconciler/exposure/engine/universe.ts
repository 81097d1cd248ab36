// Rules compiled for questions. Packets of different direction, card or family never meet a common
// decision, so each such combination is a universe of its own, with its own axes and clause table.
import type { Family } from '../../model/prefix.ts';
import { compareText } from '../../model/problem.ts';
import {
  DIRECTIONS,
  ruleRank,
  type Direction,
  type NicType,
  type Rule,
  type RuleAction,
} from '../../model/rule.ts';
import { itemAt } from './at.ts';
import { Axis } from './axis.ts';
import { ClauseTable, type Clause } from './clause-table.ts';
import { defaultAction, type GroupContext } from './context.ts';
import { fieldOrder, type FieldOrder } from './field-order.ts';
import { domainOf, ruleBoxes, type Field, type FieldBox, type SetSymbol } from './rule-boxes.ts';

export interface Universe {
  readonly direction: Direction;
  readonly nicType: NicType;
  readonly family: Family;
  /** What happens where no clause matches. */
  readonly fallback: RuleAction;
  /** The fields in the order of the dimensions. */
  readonly fields: readonly Field[];
  /** One a field, in that order. */
  readonly axes: readonly Axis[];
  /** The dimensions behind the fields. */
  readonly symbols: readonly SetSymbol[];
  readonly table: ClauseTable;
}

/** Where a rule is: one of the clauses of a universe. */
interface RuleClause {
  readonly universe: Universe;
  readonly clause: number;
}

/** A fixed list of rules; questions name subsets of it by index. */
export interface RuleSpace {
  readonly rules: readonly Rule[];
  readonly context: GroupContext;
  readonly universes: readonly Universe[];
  /** For each rule, its clauses in all universes; none if it can match no packet that rules decide. */
  readonly clausesOf: ReadonlyArray<readonly RuleClause[]>;
}

const NIC_TYPES: readonly NicType[] = ['intranet', 'internet'];
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/**
 * Compiles every rule that the questions to come will name: the old ones and the new ones. The order of the fields is
 * the cheapest one unless a question needs another.
 */
export function compileRules(
  rules: readonly Rule[],
  context: GroupContext,
  order: FieldOrder = fieldOrder,
): RuleSpace {
  const universes: Universe[] = [];
  for (const direction of DIRECTIONS) {
    for (const nicType of NIC_TYPES) {
      for (const family of FAMILIES) {
        const boxes: RankedBox[] = [];
        for (const [index, rule] of rules.entries()) {
          if (rule.direction !== direction || rule.nicType !== nicType) continue;
          const rank = ruleRank(rule);
          for (const box of ruleBoxes(rule, family, context)) boxes.push({ box, rank, rule: index });
        }
        if (boxes.length === 0) continue;
        const fallback = defaultAction(context, direction);
        universes.push({ direction, nicType, family, fallback, ...compileBoxes(boxes, family, order) });
      }
    }
  }
  return { rules, context, universes, clausesOf: clausesByRule(rules.length, universes) };
}

function clausesByRule(ruleCount: number, universes: readonly Universe[]): RuleClause[][] {
  const clausesOf = Array.from({ length: ruleCount }, (): RuleClause[] => []);
  for (const universe of universes) {
    for (let clause = 0; clause < universe.table.size; clause += 1) {
      for (const rule of new Set(universe.table.rulesOf(clause))) {
        itemAt(clausesOf, rule).push({ universe, clause });
      }
    }
  }
  return clausesOf;
}

interface RankedBox {
  readonly box: FieldBox;
  readonly rank: number;
  readonly rule: number;
}

function compileBoxes(
  boxes: readonly RankedBox[],
  family: Family,
  order: FieldOrder,
): Pick<Universe, 'fields' | 'axes' | 'symbols' | 'table'> {
  const axisOf = perField((field) => {
    const spans = boxes.map(({ box }) => box.spans[field]).filter((span) => span !== undefined);
    return new Axis(domainOf(field, family), spans);
  });
  const atoms = boxes.map(({ box }) => perField((field) => axisOf[field].atomsOf(box.spans[field])));
  const fields = order(atoms);
  const axes = fields.map((field) => axisOf[field]);
  const symbols = distinctSymbols(boxes.flatMap(({ box }) => box.symbols));
  const dimensionOf = new Map(symbols.map((symbol, index) => [symbol.id, fields.length + index]));
  const frame = [
    ...axes.map((axis) => ({ lo: 0, hi: axis.size - 1 })),
    ...symbols.map(() => ({ lo: 0, hi: 1 })),
  ];
  const clauses = boxes.map(({ box, rank, rule }, index): Clause => {
    const atomsOfBox = itemAt(atoms, index);
    const ranges = fields.map((field) => atomsOfBox[field]);
    const symbolsOfBox = box.symbols.map(({ id }) => dimensionOf.get(id) ?? NaN);
    return { rank, rules: [rule], ranges, symbols: symbolsOfBox.sort((a, b) => a - b) };
  });
  return { fields, axes, symbols, table: new ClauseTable(frame, mergeEqual(clauses)) };
}

const perField = <T>(of: (field: Field) => T): Record<Field, T> => ({
  protocol: of('protocol'),
  port: of('port'),
  peer: of('peer'),
  sourcePort: of('sourcePort'),
  own: of('own'),
});

function distinctSymbols(symbols: readonly SetSymbol[]): SetSymbol[] {
  const byId = new Map(symbols.map((symbol) => [symbol.id, symbol]));
  return [...byId.values()].sort((a, b) => compareText(a.id, b.id));
}

/** Sorts by precedence, and makes one clause of those that say the same. */
function mergeEqual(clauses: readonly Clause[]): Clause[] {
  const merged: Clause[] = [];
  for (const clause of [...clauses].sort(compareClauses)) {
    const previous = merged.at(-1);
    if (previous !== undefined && compareClauses(previous, clause) === 0) {
      merged[merged.length - 1] = { ...previous, rules: [...previous.rules, ...clause.rules] };
    } else {
      merged.push(clause);
    }
  }
  return merged;
}

/** By precedence, then by box: the same order whatever the order of the rules. */
function compareClauses(a: Clause, b: Clause): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  for (const [field, range] of a.ranges.entries()) {
    const other = itemAt(b.ranges, field);
    if (range.lo !== other.lo) return range.lo - other.lo;
    if (range.hi !== other.hi) return range.hi - other.hi;
  }
  return compareSymbols(a.symbols, b.symbols);
}

/** By the first symbol that only one of the two names: that one comes last. */
function compareSymbols(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const symbol = a[index] ?? Infinity;
    const other = b[index] ?? Infinity;
    if (symbol !== other) return other - symbol;
  }
  return 0;
}
