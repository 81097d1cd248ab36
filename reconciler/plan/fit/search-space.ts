// What a search may move, and what it must reckon with: the rules of one part of a plan, numbered.
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import { ruleRank, type Rule } from '../../model/rule.ts';
import type { Changes } from '../order/calls.ts';
import { differenceOf, canModify, fieldTexts, likeness } from '../match/pair.ts';
import { inheritsText } from '../match/texts.ts';
import type { Difference, PlanOptions } from '../plan.ts';
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
  /** Numbers of the changed rules that may share a packet with it, itself included. */
  readonly near: readonly number[];
}

type NumberedRule = Pick<ChangedRule, 'rule' | 'side'>;

export interface SearchSpace {
  readonly changed: readonly ChangedRule[];
  /** Made before all others. */
  readonly opening: SearchMove | null;
  /** Every move, in the order in which they are tried: what frees room first, what takes it last. */
  readonly moves: readonly SearchMove[];
  /** Rules that stay and may share a packet with the changed ones. */
  readonly bystanders: readonly Rule[];
}

/** New rules that an old one is tried to become, beside those that the plan pairs it with. */
const MAX_PARTNERS = 4;

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
  const swaps = revocations.flatMap(({ target, removed }) =>
    options.modify === 'never'
      ? []
      : partners(target, authorizations, group).map(({ desired, added }): SearchMove => ({
          kind: 'modify',
          pair: differenceOf(target, desired),
          removed,
          added,
        })),
  );
  const { opening, endings } =
    widening === null
      ? NO_DETOUR
      : detourOf(widening, revocations, authorizations, number(widening.widen.to.rule, 'neither'));
  const changed = withNeighbours(numbered, options);
  return {
    changed,
    opening,
    moves: [...revocations, ...pairs, ...swaps, ...authorizations, ...endings],
    bystanders: bystanders(changes, group, changed),
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

/** The few that are most like the old rule, of those that it may be modified into. */
function partners<T extends { readonly desired: DesiredRule }>(
  from: DescribedRule,
  candidates: readonly T[],
  group: DescribedGroup,
): T[] {
  const texts = fieldTexts(from.rule);
  return candidates
    .filter(({ desired }) => canModify(from, desired, group) && !inheritsText(from.rule, desired.rule))
    .map((candidate) => ({ candidate, score: likeness(texts, fieldTexts(candidate.desired.rule)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_PARTNERS)
    .map(({ candidate }) => candidate);
}

function withNeighbours(rules: readonly NumberedRule[], options: PlanOptions): ChangedRule[] {
  const extents = rules.map(({ rule }) => extentOf(rule));
  return rules.map((item, at) => {
    const extent = extentOf(item.rule);
    const near = extents.flatMap((other, index) => (index === at || overlaps(extent, other) ? [index] : []));
    return { ...item, extent, load: loadOf([item], options), near };
  });
}

function bystanders(changes: Changes, group: DescribedGroup, changed: readonly ChangedRule[]): Rule[] {
  const leaving = new Set([...changes.removed, ...changes.modified.map(({ from }) => from)]);
  return group.rules
    .filter((described) => !leaving.has(described))
    .map(({ rule }) => rule)
    .filter((rule) => {
      const extent = extentOf(rule);
      return changed.some((item) => overlaps(item.extent, extent));
    });
}
