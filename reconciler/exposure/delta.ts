// What an edit opens and closes, exactly, and which changed rule is to blame for each part.
//
// Every packet whose decision differs has a changed rule as its winner before or after: if both
// winners were unchanged, both would be the strongest unchanged match, hence the same rule. So the
// cell's terminal names that rule, and if an adversarial group costs more than the budget, the boxes
// of the changed rules themselves still hold everything that changes.
import { compareRules, type Rule } from '../model/rule.ts';
import { intAt, itemAt } from './at.ts';
import type { Box } from './box.ts';
import type { GroupContext } from './context.ts';
import { explore, type Question } from './explore.ts';
import { compareDrafts, joinFamilies } from './join-families.ts';
import { agreeEverywhere, clauseMasks, ruleMasks } from './masks.ts';
import { DEFAULT_MAX_WORK, Meter } from './meter.ts';
import type { Packet } from './packet.ts';
import { draftBoxes, type Draft } from './region-boxes.ts';
import { examplePacket, regionsOf, type Region } from './region.ts';
import { compileRules, type RuleSpace, type Universe } from './universe.ts';

/** What one changed rule does to the traffic. */
export interface ExposureEffect {
  readonly effect: 'opens' | 'closes';
  readonly rule: Rule;
  readonly change: 'added' | 'removed';
  readonly boxes: readonly Box[];
  /** One of the packets; null if the answer is not exact. */
  readonly example: Packet | null;
}

export interface ExposureDelta {
  /** Accepted after but not before. Disjoint, in one fixed order. */
  readonly opened: readonly Box[];
  /** Accepted before but not after. Disjoint, in one fixed order. */
  readonly closed: readonly Box[];
  /** The same boxes by the changed rule that decides them, in the order of `compareRules`. */
  readonly effects: readonly ExposureEffect[];
  /** False: the budget ran out, and the boxes hold at least what changes, perhaps more, and may overlap. */
  readonly exact: boolean;
}

const BEFORE = 0b01;
const AFTER = 0b10;

/** The exact difference between two rule sets, as far as `maxWork` for each universe goes. */
export function exposureDelta(
  before: readonly Rule[],
  after: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): ExposureDelta {
  const space = compileRules([...before, ...after], context);
  const indexes = [...space.rules.keys()];
  const ofRules = ruleMasks(space.rules.length, [
    indexes.slice(0, before.length),
    indexes.slice(before.length),
  ]);
  const shares = space.universes.map((universe) =>
    differences(universe, clauseMasks(universe.table, ofRules), new Meter(maxWork)),
  );
  const exact = shares.every((share) => share.exact);
  const blames = blameRules(space, shares);
  const effects = blames.map(({ rule, effect, change, drafts, example }): ExposureEffect => {
    return { effect, rule, change, boxes: drafts.map(({ box }) => box), example: exact ? example : null };
  });
  return { opened: boxesThat('opens', blames), closed: boxesThat('closes', blames), effects, exact };
}

/** Part of the difference: all of it is decided by one changed clause. */
interface Part {
  readonly universe: Universe;
  readonly clause: number;
  readonly isAdded: boolean;
  readonly drafts: readonly Draft[];
  readonly example: Packet;
}

interface Share {
  readonly parts: readonly Part[];
  readonly exact: boolean;
}

function differences(universe: Universe, masks: Int32Array, meter: Meter): Share {
  if (agreeEverywhere(masks, 2)) return { parts: [], exact: true };
  const { table } = universe;
  const toPart = (clause: number, region: Region, drafts: readonly Draft[]): Part => {
    const isAdded = intAt(masks, clause) === AFTER;
    return { universe, clause, isAdded, drafts, example: examplePacket(universe, region) };
  };
  const answer = explore(question(universe, masks), meter);
  const parts: Part[] = [];
  if (answer !== null) {
    for (const { terminal, region } of regionsOf(answer, table.frame)) {
      const drafts = affordable(draftBoxes(universe, region), meter);
      if (meter.isSpent) break;
      parts.push(toPart(terminal - 1, region, drafts));
    }
  }
  if (!meter.isSpent) return { parts, exact: true };
  const changed = [...masks.keys()].filter((clause) => [BEFORE, AFTER].includes(intAt(masks, clause)));
  const wholeBoxes = changed.map((clause) => {
    const region = table.rangesOf(clause).map((range) => [range]);
    return toPart(clause, region, [...draftBoxes(universe, region)]);
  });
  return { parts: wholeBoxes, exact: false };
}

/** What a box costs: its memory and its line of output are worth this many looks at a clause. */
const BOX_WORK = 1000;

function affordable(drafts: Iterable<Draft>, meter: Meter): Draft[] {
  const afforded: Draft[] = [];
  for (const draft of drafts) {
    meter.spend(BOX_WORK);
    if (meter.isSpent) break;
    afforded.push(draft);
  }
  return afforded;
}

/** Unchanged clauses are labelled by their decision, changed ones by themselves. */
function question(universe: Universe, masks: Int32Array): Question {
  const { table } = universe;
  const firstOwnLabel = 2;
  const labels = masks.map((mask, clause) =>
    mask === (BEFORE | AFTER) ? Number(table.accepts(clause)) : firstOwnLabel + clause,
  );
  const accepts = (label: number): boolean =>
    label < firstOwnLabel ? label === 1 : table.accepts(label - firstOwnLabel);
  return {
    table,
    states: 2,
    masks,
    labels,
    fallback: Number(universe.fallback === 'accept'),
    judge: (winners) => {
      const old = itemAt(winners, 0);
      const now = itemAt(winners, 1);
      if (accepts(old) === accepts(now)) return 0;
      return 1 + (now >= firstOwnLabel ? now : old) - firstOwnLabel;
    },
    settledBy: [BEFORE | AFTER],
    stopAtFirst: false,
  };
}

/** Everything that one changed rule is to blame for. */
interface Blame extends Omit<ExposureEffect, 'boxes'> {
  readonly drafts: readonly Draft[];
}

function blameRules(space: RuleSpace, shares: readonly Share[]): Blame[] {
  const partsOf = new Map<Rule, Part[]>();
  for (const part of shares.flatMap((share) => share.parts)) {
    const rules = part.universe.table.rulesOf(part.clause).map((index) => itemAt(space.rules, index));
    const rule = itemAt(rules.sort(compareRules), 0);
    partsOf.set(rule, [...(partsOf.get(rule) ?? []), part]);
  }
  const ordered = [...partsOf].sort(([a], [b]) => compareRules(a, b));
  return ordered.map(([rule, parts]): Blame => {
    const { isAdded, example } = itemAt(parts, 0);
    return {
      effect: isAdded === (rule.action === 'accept') ? 'opens' : 'closes',
      rule,
      change: isAdded ? 'added' : 'removed',
      drafts: joinFamilies(
        parts.flatMap((part) => part.drafts),
        space.context,
      ),
      example,
    };
  });
}

const boxesThat = (effect: ExposureEffect['effect'], blames: readonly Blame[]): Box[] =>
  blames
    .filter((item) => item.effect === effect)
    .flatMap(({ drafts }) => drafts)
    .sort(compareDrafts)
    .map(({ box }) => box);
