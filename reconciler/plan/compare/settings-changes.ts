// What else a policy changes of a group beside its rules, one sentence each.
import { counted } from '../../model/counted.ts';
import { exactText } from '../../model/collections.ts';
import type { DesiredGroup, DesiredRule, IgnorePattern, Mode } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';
import { describeRule } from '../../model/rule-text.ts';
import { DIRECTIONS, ruleIdentity, type Direction } from '../../model/rule.ts';

/** @param defaultMode of groups that have none of their own */
export function settingsChanges(before: DesiredGroup, after: DesiredGroup, defaultMode: Mode): string[] {
  return [
    ...changed('mode', before.mode ?? defaultMode, after.mode ?? defaultMode),
    ...changed('ownership', before.ownership ?? 'exclusive', after.ownership ?? 'exclusive'),
    ...changed('alone', String(before.alone), String(after.alone)),
    ...DIRECTIONS.flatMap((direction) => managementChange(direction, before, after)),
    ...ignoreChange(before.ignore, after.ignore),
    ...DIRECTIONS.flatMap((direction) => endChanges(before.rules[direction], after.rules[direction])),
  ];
}

const changed = (what: string, before: string, after: string): string[] =>
  before === after ? [] : [`${what} ${before} -> ${after}`];

function managementChange(direction: Direction, before: DesiredGroup, after: DesiredGroup): string[] {
  const [then, now] = [before.rules[direction], after.rules[direction]];
  if (then !== null && now === null) {
    return [`${direction} is no longer managed: what is there stays (${counted(then.length, 'rule')})`];
  }
  if (then !== null || now === null) return [];
  return [`${direction} is managed from now on: rules of it that no policy declares are not known here`];
}

function ignoreChange(before: readonly IgnorePattern[], after: readonly IgnorePattern[]): string[] {
  const [then, now] = [before, after].map((patterns) => patterns.map(patternText));
  const added = (now ?? []).filter((text) => then?.includes(text) === false).length;
  const removed = (then ?? []).filter((text) => now?.includes(text) === false).length;
  return added + removed === 0 ? [] : [`ignore patterns: ${added} added, ${removed} removed`];
}

/** Wherever it stands, and in whatever order its fields do. */
const patternText = (pattern: IgnorePattern): string =>
  exactText(
    Object.entries(pattern)
      .filter(([key]) => key !== 'source')
      .sort(([a], [b]) => compareText(a, b)),
  );

function endChanges(before: readonly DesiredRule[] | null, after: readonly DesiredRule[] | null): string[] {
  const ends = new Map((before ?? []).map(({ rule, expiresAtMs }) => [ruleIdentity(rule), expiresAtMs]));
  return (after ?? []).flatMap(({ rule, expiresAtMs }) => {
    const then = ends.get(ruleIdentity(rule));
    return then === undefined || then === expiresAtMs
      ? []
      : [`expires ${endText(then)} -> ${endText(expiresAtMs)}: ${describeRule(rule)}`];
  });
}

const endText = (ms: number | null): string => (ms === null ? 'never' : new Date(ms).toISOString());
