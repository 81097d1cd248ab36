// Which leftovers of the diff become one Modify instead of an Authorize and a Revoke.
//
// Safe pairs (the letters are those of docs/algorithms.md; O old rules, N new, A = N\O, R = O\N):
// * forced: equal but for priority. Authorizing the new one might silently do nothing, and revoking the old
//   one would then cut traffic, so they are modified under every setting. As each class of such rules is
//   paired as far as it goes, and what is left of it goes first (idle-twins.ts), no Modify ever meets its
//   result already in the group: chains and swaps cannot arise unless the policy itself asks for two rules
//   that differ in priority only.
// * natural: the new rule dominates the old one or is dominated by it (theorem T3).
// * crossing: anything else the API allows, where no other changed rule depends on the moment at which the
//   old one goes or the new one comes. That is: no rule of A is overruled by the new one, no rule of R
//   by the old one, and no old rule of one crossing pair meets the new rule of another. Called between the
//   two halves of the plan, when all else of A is there and nothing else of R is gone, the state before
//   is then a closed prefix of the authorizing half (T1') and the state after one of the revoking half.
// None of them but the forced ones may leave a rule with the text of another one (texts.ts).
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup, DescribedRule, DesiredRule } from '../../model/group.ts';
import { pairUp } from './bipartite.ts';
import { compareDifferences } from '../diff/diff.ts';
import { differenceOf, canModify, fieldTexts, likeness, pairKind, type FieldTexts } from './pair.ts';
import type { Difference, Diff } from '../plan.ts';
import { inheritsText } from './texts.ts';
import { overlaps, overrules, extentOf, type Extent } from '../overlap.ts';

/** Beyond this many possible pairs only forced ones are made: batches cost far fewer calls there. */
const MAX_PAIRS_LOOKED_AT = 250_000;

interface Leftover<T> {
  readonly value: T;
  readonly extent: Extent;
  readonly texts: FieldTexts;
}

interface Candidate {
  readonly from: Leftover<DescribedRule>;
  readonly to: Leftover<DesiredRule>;
  readonly score: number;
}

/** Moves each pair from `missing` and `unexpected` to `different`. */
export function withPairs(diff: Diff, pairs: readonly Difference[]): Diff {
  const from = new Set(pairs.map((pair) => pair.from));
  const to = new Set(pairs.map((pair) => pair.to));
  return {
    ...diff,
    missing: diff.missing.filter((desired) => !to.has(desired)),
    unexpected: diff.unexpected.filter((described) => !from.has(described)),
    different: [...diff.different, ...pairs].sort(compareDifferences),
  };
}

/** Safe pairs beyond the forced ones, the most alike first; a longer list than anyone may want to use. */
export function safePairs(diff: Diff, group: DescribedGroup): Difference[] {
  // Where a Modify may change but a few fields, the forced pairs are all.
  if (dialectOf(group).modifiable !== 'all') return [];
  if (diff.unexpected.length * diff.missing.length > MAX_PAIRS_LOOKED_AT) return [];
  const unexpected = diff.unexpected.map((value) => leftover(value));
  const missing = diff.missing.map((value) => leftover(value));
  const candidates = unexpected.flatMap((from) =>
    missing
      .filter((to) => canModify(from.value, to.value, group) && !inheritsText(from.value.rule, to.value.rule))
      .map((to) => ({ from, to, score: likeness(from.texts, to.texts) })),
  );
  const natural = pairUp(
    candidates.filter(({ from, to }) => pairKind(from.extent, to.extent) !== 'crossing'),
  );
  const taken = new Set<unknown>(natural.flatMap(({ from, to }) => [from, to]));
  const free = candidates.filter(({ from, to }) => !taken.has(from) && !taken.has(to));
  const crossing = crossingPairs(free, diff);
  return [...natural, ...crossing]
    .sort((a, b) => b.score - a.score)
    .map(({ from, to }) => differenceOf(from.value, to.value));
}

function crossingPairs(candidates: readonly Candidate[], diff: Diff): Candidate[] {
  const replaced = diff.different.filter(({ fields }) => fields.some((field) => field !== 'description'));
  const added = [...diff.missing, ...replaced.map(({ to }) => to)].map(({ rule }) => extentOf(rule));
  const removed = [...diff.unexpected, ...replaced.map(({ from }) => from)].map(({ rule }) => extentOf(rule));
  const mayAdd = memoised((to: Extent) => !added.some((other) => overrules(to, other)));
  const mayRemove = memoised((from: Extent) => !removed.some((other) => overrules(from, other)));
  const free = candidates.filter(({ from, to }) => mayRemove(from.extent) && mayAdd(to.extent));
  const chosen: Candidate[] = [];
  const used = new Set<unknown>();
  for (const pair of [...free].sort((a, b) => b.score - a.score)) {
    if (used.has(pair.from) || used.has(pair.to)) continue;
    if (chosen.some((other) => meets(other, pair) || meets(pair, other))) continue;
    chosen.push(pair);
    used.add(pair.from).add(pair.to);
  }
  return chosen;
}

const meets = (a: Candidate, b: Candidate): boolean => overlaps(a.from.extent, b.to.extent);

function leftover<T extends DescribedRule | DesiredRule>(value: T): Leftover<T> {
  return { value, extent: extentOf(value.rule), texts: fieldTexts(value.rule) };
}

function memoised<K>(answer: (key: K) => boolean): (key: K) => boolean {
  const known = new Map<K, boolean>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const now = answer(key);
    known.set(key, now);
    return now;
  };
}
