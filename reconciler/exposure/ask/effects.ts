// The difference told rule by rule: what opens or closes because of this one. A part belongs to the
// added rule that now decides it, or else to the removed rule that decided it before, so the parts are
// disjoint and together are the whole difference.
import { compareRules, type Rule } from '../../model/rule.ts';
import { intAt, itemAt } from '../engine/at.ts';
import type { Draft } from '../text/box-writer.ts';
import type { Box } from '../text/box.ts';
import { AFTER, BOTH, canOpen, isChanged, type Compared, type Comparison } from './comparison.ts';
import type { ClauseTable } from '../engine/clause-table.ts';
import { explore, type Question } from '../engine/explore.ts';
import { joinFamilies } from '../text/join-families.ts';
import { Meter } from '../engine/meter.ts';
import type { Packet } from '../engine/packet.ts';
import { examplePacket } from '../text/example-packet.ts';
import { regionsOf } from '../engine/region.ts';

/** What opens or closes because of one changed rule. */
export interface ExposureEffect {
  readonly effect: 'opens' | 'closes';
  readonly change: 'added' | 'removed';
  readonly rule: Rule;
  /** In one fixed order. */
  readonly boxes: readonly Box[];
  /** Whether that is all that the rule matches, so that the rule itself says what. False: less, or it is not known. */
  readonly whole: boolean;
  /** One of the packets. Null: the budget ran out, and the boxes are all that the rule could change. */
  readonly example: Packet | null;
}

/**
 * The effects of all changed rules that have any, in the order of `compareRules`. Half of the budget is shared out
 * evenly, so that one intricate rule takes nothing from the others; the other half is for those that need more.
 */
export function explainChanges(compared: Compared, maxWork: number): ExposureEffect[] {
  const changed = changesByRule(compared);
  const fairShare = maxWork / 2 / changed.length;
  const rest = new Meter(maxWork / 2);
  return changed.flatMap(([rule, changes]): ExposureEffect[] => {
    const exact = exactParts(compared, changes, new Meter(fairShare)) ?? exactParts(compared, changes, rest);
    const parts = exact ?? changes.map(wholePart);
    const drafts = parts.flatMap((part) => part.drafts);
    if (drafts.length === 0) return [];
    const { comparison, clause } = itemAt(changes, 0);
    const boxes = joinFamilies(drafts, compared.space.context);
    return [
      {
        effect: canOpen(comparison, clause) ? 'opens' : 'closes',
        change: intAt(comparison.masks, clause) === AFTER ? 'added' : 'removed',
        rule,
        boxes,
        whole: exact !== null && isAllOf(changes, boxes, compared),
        example: parts.find(({ example }) => example !== null)?.example ?? null,
      },
    ];
  });
}

/** A clause that is there only before or only after. */
interface ChangedClause {
  readonly comparison: Comparison;
  readonly clause: number;
}

/** Each changed clause, under the first of the rules that say it. */
function changesByRule({ space, comparisons }: Compared): Array<[Rule, ChangedClause[]]> {
  const changes = new Map<Rule, ChangedClause[]>();
  for (const comparison of comparisons) {
    const { table } = comparison.universe;
    for (let clause = 0; clause < table.size; clause += 1) {
      if (!isChanged(comparison, clause)) continue;
      const rules = table.rulesOf(clause).map((rule) => itemAt(space.rules, rule));
      const first = itemAt(rules.sort(compareRules), 0);
      changes.set(first, [...(changes.get(first) ?? []), { comparison, clause }]);
    }
  }
  return [...changes].sort(([a], [b]) => compareRules(a, b));
}

/** Boxes of the same packets may be written in more ways than one: then they are not known to be all. */
function isAllOf(changes: readonly ChangedClause[], boxes: readonly Box[], { space }: Compared): boolean {
  const all = joinFamilies(
    changes.flatMap((change) => wholePart(change).drafts),
    space.context,
  );
  return JSON.stringify(all) === JSON.stringify(boxes);
}

interface EffectPart {
  readonly drafts: readonly Draft[];
  readonly example: Packet | null;
}

function exactParts(
  compared: Compared,
  changes: readonly ChangedClause[],
  meter: Meter,
): EffectPart[] | null {
  const parts: EffectPart[] = [];
  for (const change of changes) {
    const part = meter.isSpent ? null : exactPart(compared, change, meter);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

function exactPart(
  compared: Compared,
  { comparison, clause }: ChangedClause,
  meter: Meter,
): EffectPart | null {
  const { universe } = comparison;
  const table = universe.table.within(clause, meter);
  if (table === null) return null;
  const ours = table.indexOf(universe.table.clauseAt(clause));
  const answer = explore(question(comparison, table, table.masksOf(compared.ofRules), ours), meter);
  if (answer === null) return null;
  const drafts = comparison.writer.draftAnswer(answer, meter).get(DECIDED_HERE) ?? [];
  if (meter.isSpent) return null;
  const [found] = regionsOf(answer);
  return { drafts, example: found === undefined ? null : examplePacket(universe, found.region) };
}

const DECIDED_HERE = 1;

/** Labels of clauses that are there before and after, and of the default, are 0 and 1. */
const CHANGED = 2;
const OURS = 4;

/** Asks for the packets that one changed clause decides, and that are decided otherwise without it. */
function question({ universe }: Comparison, table: ClauseTable, masks: Int32Array, ours: number): Question {
  const isAdded = intAt(masks, ours) === AFTER;
  const accepts = (label: number): boolean => (label === OURS ? table.accepts(ours) : (label & 1) === 1);
  return {
    table,
    states: 2,
    masks,
    labels: Int32Array.from(masks, (mask, clause) =>
      clause === ours ? OURS : Number(table.accepts(clause)) + (mask === BOTH ? 0 : CHANGED),
    ),
    fallback: Number(universe.fallback === 'accept'),
    judge: (winners) => {
      const then = itemAt(winners, 0);
      const now = itemAt(winners, 1);
      if (accepts(then) === accepts(now)) return 0;
      const isOurs = isAdded ? now === OURS : then === OURS && now < CHANGED;
      return isOurs ? DECIDED_HERE : 0;
    },
    settledBy: [BOTH],
    stopAtFirst: false,
  };
}

const wholePart = ({ comparison, clause }: ChangedClause): EffectPart => ({
  drafts: comparison.writer.draftClause(clause),
  example: null,
});
