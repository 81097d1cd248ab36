// What a search may move, and what it must reckon with: the rules of one part of a plan, numbered.
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import { ruleRank, type Rule } from '../../model/rule.ts';
import type { Changes } from '../order/calls.ts';
import { differenceOf, canModify, fieldTexts, likeness } from '../match/pair.ts';
import { inheritsText } from '../match/texts.ts';
import type { Difference, PlanOptions } from '../plan.ts';
import { twinKey } from '../coexist/twins.ts';
import { loadOf, type Load } from './quota.ts';
import type { Widening } from './widening.ts';
import { overlaps, extentOf, type Extent } from '../overlap.ts';

/** One call of one rule. Numbers are those of `ChangedRule`s. */
export type SearchMove =
  | { readonly kind: 'authorize'; readonly desired: DesiredRule; readonly added: number }
  | { readonly kind: 'modify'; readonly pair: Difference; readonly removed: number; readonly added: number }
  | { readonly kind: 'revoke'; readonly target: DescribedRule; readonly removed: number };

export interface ChangedRule {
  readonly rule: Rule;
  /** What is neither old nor new is there on the way only. */
  readonly side: 'old' | 'new' | 'neither';
  readonly extent: Extent;
  readonly load: Load;
  /** Those of the changed rules that may share a packet with it, itself included, as bits by word. */
  readonly nearBits: ReadonlyArray<{ readonly word: number; readonly mask: number }>;
  /** Numbers of the changed rules beside which it is not added: the cloud might take it for one of them. */
  readonly rivals: readonly number[];
}

type NumberedRule = Pick<ChangedRule, 'rule' | 'side'>;

export interface SearchSpace {
  readonly changed: readonly ChangedRule[];
  /** Made before all others. */
  readonly opening: SearchMove | null;
  /** Every move, in the order in which they are tried: what frees room first, what takes it last. */
  readonly moves: readonly SearchMove[];
  /** Whether every Modify is among the moves that leads from an old rule to a new one. */
  readonly isComplete: boolean;
  /** Rules that stay and may share a packet with the changed ones. */
  readonly bystanders: readonly Rule[];
}

/** New rules that an old one of many is tried to become, beside those that the plan pairs it with. */
const MAX_PARTNERS = 4;
/** With more changed rules than these are many. */
const MAX_FEW = 16;

export function searchSpace(
  changes: Changes,
  group: DescribedGroup,
  options: PlanOptions,
  widening: Widening | null,
): SearchSpace {
  const numbered: NumberedRule[] = [];
  const number = (rule: Rule, side: ChangedRule['side']): number => numbered.push({ rule, side }) - 1;
  const pairs = changes.modified.map((pair): SearchMove => ({
    kind: 'modify',
    pair,
    removed: number(pair.from.rule, 'old'),
    added: number(pair.to.rule, 'new'),
  }));
  const revocations = [...changes.removed]
    .sort((a, b) => ruleRank(b.rule) - ruleRank(a.rule))
    .map((target) => ({ kind: 'revoke' as const, target, removed: number(target.rule, 'old') }));
  const authorizations = [...changes.added]
    .sort((a, b) => ruleRank(a.rule) - ruleRank(b.rule))
    .map((desired) => ({ kind: 'authorize' as const, desired, added: number(desired.rule, 'new') }));
  const mayBecome = partnersIn(group, options);
  const allSwaps = revocations.map(({ target, removed }) =>
    mayBecome(target, authorizations).map(({ desired, added }): SearchMove => ({
      kind: 'modify',
      pair: differenceOf(target, desired),
      removed,
      added,
    })),
  );
  const few = changes.removed.length + changes.added.length <= MAX_FEW ? Infinity : MAX_PARTNERS;
  const swaps = allSwaps.flatMap((own) => own.slice(0, few));
  const { opening, endings } =
    widening === null
      ? NO_DETOUR
      : detourOf(widening, revocations, authorizations, number(widening.widen.to.rule, 'neither'));
  const staying = stayingIn(group, changes);
  const changed = withNeighbours(numbered, staying, options);
  return {
    changed,
    opening,
    moves: [...revocations, ...pairs, ...swaps, ...authorizations, ...endings],
    isComplete: changes.modified.length === 0 && allSwaps.every((own) => own.length <= few),
    bystanders: staying.filter((rule) => meetsSome(rule, changed)),
  };
}

interface Detour {
  readonly opening: SearchMove | null;
  readonly endings: readonly SearchMove[];
}

const NO_DETOUR: Detour = { opening: null, endings: [] };

/** The moves of a rule that is modified twice; `wide` is the number of what it is meanwhile. */
function detourOf(
  { widen, narrow }: Widening,
  revocations: ReadonlyArray<{ readonly target: DescribedRule; readonly removed: number }>,
  authorizations: ReadonlyArray<{ readonly desired: DesiredRule; readonly added: number }>,
  wide: number,
): Detour {
  const [opening = null] = revocations
    .filter(({ target }) => target === widen.from)
    .map(({ removed }): SearchMove => ({ kind: 'modify', pair: widen, removed, added: wide }));
  const endings = narrow.flatMap((pair) =>
    authorizations
      .filter(({ desired }) => desired === pair.to)
      .map(({ added }): SearchMove => ({ kind: 'modify', pair, removed: wide, added })),
  );
  return { opening, endings };
}

type Partners = <T extends { readonly desired: DesiredRule }>(
  from: DescribedRule,
  candidates: readonly T[],
) => T[];

/** Those that an old rule may be modified into, the most alike first. Twins may be, under every setting. */
function partnersIn(group: DescribedGroup, { modify }: PlanOptions): Partners {
  return (from, candidates) => {
    const texts = fieldTexts(from.rule);
    return candidates
      .filter(({ desired }) => modify !== 'never' || twinKey(desired) === twinKey(from))
      .filter(({ desired }) => canModify(from, desired, group) && !inheritsText(from.rule, desired.rule))
      .map((candidate) => ({ candidate, score: likeness(texts, fieldTexts(candidate.desired.rule)) }))
      .sort((a, b) => b.score - a.score)
      .map(({ candidate }) => candidate);
  };
}

function withNeighbours(
  rules: readonly NumberedRule[],
  staying: readonly Rule[],
  options: PlanOptions,
): ChangedRule[] {
  const extents = rules.map(({ rule }) => extentOf(rule));
  const keys = rules.map(twinKey);
  const stayingKeys = new Set(staying.map((rule) => twinKey({ rule })));
  return rules.map((item, at) => {
    const extent = extentOf(item.rule);
    const near = extents.flatMap((other, index) => (index === at || overlaps(extent, other) ? [index] : []));
    const key = twinKey(item);
    const twins = keys.flatMap((other, index) => (other === key ? [index] : []));
    const areHeld = stayingKeys.has(key) || holdsSome(twins, rules);
    return {
      ...item,
      extent,
      load: loadOf([item], options),
      nearBits: bitsByWord(near),
      rivals: areHeld ? [] : twins.filter((twin) => twin !== at),
    };
  });
}

/** Whether the group shows, or the policy takes for granted, that the cloud can hold several of these twins. */
const holdsSome = (twins: readonly number[], rules: readonly NumberedRule[]): boolean =>
  (['old', 'new'] as const).some((side) => twins.filter((twin) => rules[twin]?.side === side).length > 1);

function bitsByWord(numbers: readonly number[]): Array<{ readonly word: number; readonly mask: number }> {
  const masks = new Map<number, number>();
  for (const number of numbers) {
    masks.set(number >>> 5, (masks.get(number >>> 5) ?? 0) | (1 << (number & 31)));
  }
  return [...masks].map(([word, mask]) => ({ word, mask }));
}

const stayingIn = (group: DescribedGroup, changes: Changes): Rule[] => {
  const leaving = new Set([...changes.removed, ...changes.modified.map(({ from }) => from)]);
  return group.rules.filter((described) => !leaving.has(described)).map(({ rule }) => rule);
};

function meetsSome(rule: Rule, changed: readonly ChangedRule[]): boolean {
  const extent = extentOf(rule);
  return changed.some((item) => overlaps(item.extent, extent));
}
