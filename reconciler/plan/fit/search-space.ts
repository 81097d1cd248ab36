// What a search may move, and what it must reckon with: the rules of one part of a plan, numbered.
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import { ruleRank, type Rule } from '../../model/rule.ts';
import type { Changes } from '../order/calls.ts';
import { differenceOf, canModify, fieldTexts, likeness } from '../match/pair.ts';
import type { Difference, PlanOptions } from '../plan.ts';
import { loadOf, type Load } from './quota.ts';
import { overlaps, extentOf, type Extent } from '../overlap.ts';

/** One call of one rule. Numbers are those of `ChangedRule`s. */
export type SearchMove =
  | { readonly kind: 'authorize'; readonly desired: DesiredRule; readonly added: number }
  | { readonly kind: 'modify'; readonly pair: Difference; readonly removed: number; readonly added: number }
  | { readonly kind: 'revoke'; readonly target: DescribedRule; readonly removed: number };

export interface ChangedRule {
  readonly rule: Rule;
  readonly isNew: boolean;
  readonly extent: Extent;
  readonly load: Load;
  /** Numbers of the changed rules that may share a packet with it, itself included. */
  readonly near: readonly number[];
}

export interface SearchSpace {
  readonly changed: readonly ChangedRule[];
  /** Every move, in the order in which they are tried: what frees room first, what takes it last. */
  readonly moves: readonly SearchMove[];
  /** Rules that stay and may share a packet with the changed ones. */
  readonly bystanders: readonly Rule[];
}

/** New rules that an old one is tried to become, beside those that the plan pairs it with. */
const MAX_PARTNERS = 4;

export function searchSpace(changes: Changes, group: DescribedGroup, options: PlanOptions): SearchSpace {
  const numbered: Array<{ readonly rule: Rule; readonly isNew: boolean }> = [];
  const number = (rule: Rule, isNew: boolean): number => numbered.push({ rule, isNew }) - 1;
  const pairs = changes.modified.map((pair): SearchMove => ({
    kind: 'modify',
    pair,
    removed: number(pair.from.rule, false),
    added: number(pair.to.rule, true),
  }));
  const revocations = [...changes.removed]
    .sort((a, b) => ruleRank(b.rule) - ruleRank(a.rule))
    .map((target) => ({ kind: 'revoke' as const, target, removed: number(target.rule, false) }));
  const authorizations = [...changes.added]
    .sort((a, b) => ruleRank(a.rule) - ruleRank(b.rule))
    .map((desired) => ({ kind: 'authorize' as const, desired, added: number(desired.rule, true) }));
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
  const changed = withNeighbours(numbered, options);
  return {
    changed,
    moves: [...revocations, ...pairs, ...swaps, ...authorizations],
    bystanders: bystanders(changes, group, changed),
  };
}

/** The few that are most like the old rule, of those that it may be modified into. */
function partners<T extends { readonly desired: DesiredRule }>(
  from: DescribedRule,
  candidates: readonly T[],
  group: DescribedGroup,
): T[] {
  const texts = fieldTexts(from.rule);
  return candidates
    .filter(({ desired }) => canModify(from, desired, group))
    .map((candidate) => ({ candidate, score: likeness(texts, fieldTexts(candidate.desired.rule)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_PARTNERS)
    .map(({ candidate }) => candidate);
}

function withNeighbours(
  rules: ReadonlyArray<{ readonly rule: Rule; readonly isNew: boolean }>,
  options: PlanOptions,
): ChangedRule[] {
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
