// Rules that do nothing, or not what they say. A rule is judged by who decides its packets without it,
// so a rule that is covered only by several others together is found too, and the others are named.
// A rule that only repeats the default is left in peace: people write those on purpose, and they count
// once another group is on the same interface.
import { compareRules, ruleRank, type Rule } from '../../model/rule.ts';
import { itemAt } from '../engine/at.ts';
import type { GroupContext } from '../engine/context.ts';
import { decidersOf } from './deciders.ts';
import { DEFAULT_MAX_WORK, Meter } from '../engine/meter.ts';
import { compileRules, type RuleSpace } from '../engine/universe.ts';

/**
 * - `unmatched`: no packet that rules decide can match (an empty list; the group itself as a peer, while
 *   its members are open to each other anyway).
 * - `shadowed`: stronger or equally strong rules decide all of its packets, and some of them otherwise.
 * - `covered`: the same, and all of them as it does.
 * - `redundant`: it decides some packets, but without it a weaker rule would do the same to each. Unlike
 *   the ones above, this holds only while no rule of another group on the same interface comes in between.
 * - `contradicted`: a drop of the same priority overrules part of this accept.
 */
export type AnomalyKind = 'unmatched' | 'shadowed' | 'covered' | 'redundant' | 'contradicted';

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly rule: Rule;
  /** The rules that decide in its stead, in the order of `compareRules`. */
  readonly by: readonly Rule[];
}

export interface AnomalyReport {
  /** In the order of `compareRules`; at most one a rule. */
  readonly anomalies: readonly Anomaly[];
  /**
   * Rules that may all go together without a change for any packet; each frees its slot of the quota.
   * Once they are gone, others may have become redundant.
   */
  readonly droppable: readonly Rule[];
  /** False: the budget ran out, and some rules were not looked at. What is said is still true. */
  readonly complete: boolean;
}

/** Looks at every rule, the strongest first, until the budget is spent (see `DEFAULT_MAX_WORK`). */
export function findAnomalies(
  rules: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): AnomalyReport {
  const space = compileRules([...rules].sort(compareRules), context);
  const meter = new Meter(maxWork);
  const drops = space.rules.filter(({ action }) => action === 'drop');
  const dropPriorities = new Set(drops.map(({ priority }) => priority));
  const present = new Int32Array(space.rules.length).fill(1);
  const found: FoundAnomaly[] = [];
  for (const rule of space.rules.keys()) {
    const finding = inspect({ space, present, rule }, dropPriorities, meter);
    if (meter.isSpent) break;
    if (finding !== null) found.push(finding);
  }
  const droppable = chooseDroppable(space, found, meter);
  return {
    anomalies: found.map(({ anomaly }) => anomaly),
    droppable: droppable.map((rule) => itemAt(space.rules, rule)),
    complete: !meter.isSpent,
  };
}

interface FoundAnomaly {
  readonly rule: number;
  /** The rules in `anomaly.by`. */
  readonly deciders: readonly number[];
  readonly anomaly: Anomaly;
  /** Only stronger rules decide its packets, so it can go whatever else goes. */
  readonly isDead: boolean;
}

/** One rule among those present. */
interface Subject {
  readonly space: RuleSpace;
  readonly present: Int32Array;
  readonly rule: number;
}

/** What another decider is to the rule in question. */
const STRONGER = 0;
const AS_STRONG = 1;
const WEAKER_ALIKE = 2;
const WEAKER_OTHERWISE = 3;

function standing({ space, rule }: Subject, decider: number): number {
  const ours = itemAt(space.rules, rule);
  const theirs = itemAt(space.rules, decider);
  if (ruleRank(theirs) < ruleRank(ours)) return STRONGER;
  if (ruleRank(theirs) === ruleRank(ours)) return AS_STRONG;
  return theirs.action === ours.action ? WEAKER_ALIKE : WEAKER_OTHERWISE;
}

/** The standings of all who would decide in the rule's stead, or some with `WEAKER_OTHERWISE` among them. */
function standings(subject: Subject, meter: Meter): Set<number> {
  const nameOf = (decider: number | null): number =>
    decider === null ? WEAKER_OTHERWISE : standing(subject, decider);
  return decidersOf({ ...subject, nameOf, stopAt: WEAKER_OTHERWISE }, meter);
}

function inspect(subject: Subject, dropPriorities: ReadonlySet<number>, meter: Meter): FoundAnomaly | null {
  const { space, rule } = subject;
  const found = standings(subject, meter);
  const { action, priority } = itemAt(space.rules, rule);
  if (found.has(WEAKER_OTHERWISE)) {
    const mayHaveRivals = action === 'accept' && dropPriorities.has(priority);
    return mayHaveRivals ? contradiction(subject, meter) : null;
  }
  if (found.size === 0) return finding(subject, 'unmatched', [], true);
  if (found.has(WEAKER_ALIKE)) {
    const successors = decidersThat((decider) => standing(subject, decider) !== STRONGER, subject, meter);
    return finding(subject, 'redundant', successors, false);
  }
  const deciders = decidersThat(() => true, subject, meter);
  const isDead = !found.has(AS_STRONG);
  const isOverruled = deciders.some((decider) => itemAt(space.rules, decider).action !== action);
  return finding(subject, isOverruled ? 'shadowed' : 'covered', deciders, isDead);
}

const UNNAMED = -1;

/** Those who would decide in the rule's stead and are wanted, in order. */
function decidersThat(isWanted: (decider: number) => boolean, subject: Subject, meter: Meter): number[] {
  const nameOf = (decider: number | null): number =>
    decider !== null && isWanted(decider) ? decider : UNNAMED;
  const names = decidersOf({ ...subject, nameOf, stopAt: null }, meter);
  return [...names].filter((name) => name !== UNNAMED).sort((a, b) => a - b);
}

/** An accept that drops of the same priority overrule somewhere. */
function contradiction(subject: Subject, meter: Meter): FoundAnomaly | null {
  const { space, rule } = subject;
  const ours = itemAt(space.rules, rule);
  const isRival = (decider: number): boolean => {
    const theirs = itemAt(space.rules, decider);
    return theirs.action === 'drop' && theirs.priority === ours.priority;
  };
  const rivals = decidersThat(isRival, subject, meter);
  return rivals.length === 0 ? null : finding(subject, 'contradicted', rivals, false);
}

function finding(
  { space, rule }: Subject,
  kind: AnomalyKind,
  deciders: readonly number[],
  isDead: boolean,
): FoundAnomaly {
  const by = deciders.map((decider) => itemAt(space.rules, decider));
  return { rule, deciders, anomaly: { kind, rule: itemAt(space.rules, rule), by }, isDead };
}

/**
 * Dead rules can all go. The others are asked again one by one, the weakest first, if one of those that went before
 * was to stand in for them: two rules that stand in for each other may not both go. Stronger rules that decide in a
 * rule's stead need no look: none of them has been asked before it, and dead ones decide nothing.
 */
function chooseDroppable(space: RuleSpace, findings: readonly FoundAnomaly[], meter: Meter): number[] {
  const present = new Int32Array(space.rules.length).fill(1);
  const dead = findings.filter(({ isDead }) => isDead);
  for (const { rule } of dead) present[rule] = 0;
  for (const { rule, deciders, anomaly, isDead } of findings.toReversed()) {
    if (isDead || anomaly.kind === 'contradicted') continue;
    const allStand = deciders.every((decider) => present[decider] === 1);
    const found = allStand ? null : standings({ space, present, rule }, meter);
    if (meter.isSpent) break;
    if (found?.has(WEAKER_OTHERWISE) !== true) present[rule] = 0;
  }
  return [...present.keys()].filter((rule) => present[rule] === 0);
}
