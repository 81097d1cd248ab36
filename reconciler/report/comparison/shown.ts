// A comparison of policies as it is shown, and what is said of it as a whole.
import { counted } from '../../model/counted.ts';
import { quoted } from '../../model/rule-text.ts';
import type { GroupComparison, PolicyComparison } from '../../plan/compare/comparison.ts';

/** Why a daemon would not put the revision in force at all. */
export interface HeldComparison {
  readonly reason: 'brake';
  /** Groups that would lose traffic, and groups that would be released, as the policies name them. */
  readonly losing: readonly string[];
  readonly released: readonly string[];
  /** `reconcile.brake.groups`. */
  readonly limit: number;
  readonly message: string;
}

export interface ShownComparison {
  readonly base: { readonly ref: string; readonly revision: string };
  readonly revision: string;
  readonly comparison: PolicyComparison;
  readonly held: HeldComparison | null;
  /** What else is to be said of the whole. */
  readonly notes: readonly string[];
}

export const isDifferent = ({ change }: GroupComparison): boolean => change !== 'same';

/** The keys of the summary of a plan, and what only policies have. Rules of groups that are observed do not count. */
export function summariseComparison({ groups }: PolicyComparison) {
  const count = (wanted: (group: GroupComparison) => boolean): number => groups.filter(wanted).length;
  const written = groups.filter(({ status }) => status === 'pending');
  const rules = (of: (group: GroupComparison) => number): number =>
    written.reduce((sum, group) => sum + of(group), 0);
  return {
    calls: 0,
    add: rules(({ diff }) => diff.missing.length),
    modify: rules(({ diff }) => diff.different.length),
    remove: rules(({ diff, mode }) => (mode === 'additive' ? 0 : diff.unexpected.length)),
    blocked: count(({ status }) => status === 'blocked'),
    observed: count(({ status }) => status === 'observed'),
    unreadable: 0,
    differing: count(isDifferent),
    added: count(({ change }) => change === 'added'),
    released: count(({ change }) => change === 'released'),
  };
}

/** 3 if a daemon would hold the revision or the policy of a group, else 2 if anything differs, else 0. */
export function comparisonExitCode({ comparison, held }: ShownComparison): 0 | 2 | 3 {
  const { groups, weakened, expected } = comparison;
  if (held !== null || groups.some(({ status }) => status === 'blocked')) return 3;
  return groups.some(isDifferent) || weakened.length + expected.length > 0 ? 2 : 0;
}

export function comparisonSummary(comparison: PolicyComparison): string {
  const { add, modify, remove, differing, ...groups } = summariseComparison(comparison);
  if (differing === 0) return `no group differs of ${counted(comparison.groups.length, 'group')}`;
  const rules = `add ${counted(add, 'rule')}, modify ${modify}, remove ${remove}`;
  const states = (['added', 'released', 'blocked', 'observed'] as const)
    .filter((state) => groups[state] > 0)
    .map((state) => `${groups[state]} ${state}`);
  const same = comparison.groups.length - differing;
  return [
    `${counted(differing, 'group')} of the policies ${differing === 1 ? 'differs' : 'differ'}: ${rules}`,
    ...states,
    `${same} the same`,
  ].join('; ');
}

/** One sentence each: that it is held, where it weakens protection, what it expects. */
export function comparisonNotes({ comparison, held, notes }: ShownComparison): string[] {
  return [
    ...(held === null ? [] : [`HELD: ${held.message}`]),
    ...comparison.weakened.map(
      ({ message, source }) => `weakens protection: ${message} (${source.file}:${source.line})`,
    ),
    ...comparison.expected.map(
      ({ name, source }) => `new expectation: ${quoted(name)} (${source.file}:${source.line})`,
    ),
    ...notes,
  ];
}
