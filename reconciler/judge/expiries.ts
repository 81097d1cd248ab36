// Ends of rules that whoever edits the policies should know of.
import { DIRECTIONS } from '../model/rule.ts';
import type { DesiredGroup, DesiredRule } from '../model/group.ts';
import type { Problem, ProblemCode } from '../model/problem.ts';
import { describeRule } from '../model/rule-text.ts';
import { formatPlace } from '../policy/read/reporter.ts';

/** Warnings of rules that have ended, and of those that will within `nearMs`. One for each that is written. */
export function expiryWarnings(groups: readonly DesiredGroup[], nowMs: number, nearMs: number): Problem[] {
  const rules = groups.flatMap((group) => DIRECTIONS.flatMap((direction) => group.rules[direction] ?? []));
  const written = new Map(rules.map((rule) => [formatPlace(rule.source), rule]));
  return [...written.values()].flatMap((rule) => warningOf(rule, nowMs, nearMs));
}

function warningOf({ rule, expiresAtMs, source }: DesiredRule, nowMs: number, nearMs: number): Problem[] {
  if (expiresAtMs === null || expiresAtMs - nowMs > nearMs) return [];
  const at = new Date(expiresAtMs).toISOString();
  const [code, message, hint]: readonly [ProblemCode, string, string] =
    expiresAtMs <= nowMs
      ? [
          'expired',
          `this rule ended at ${at} and is not desired any more: ${describeRule(rule)}`,
          'remove it',
        ]
      : ['expires-soon', `this rule ends at ${at}: ${describeRule(rule)}`, 'move the date, or let it end'];
  return [{ ...source, severity: 'warning', code, message, hint }];
}
