// `plan --base` for people.
import { counted } from '../../model/counted.ts';
import { groupKey } from '../../model/group.ts';
import { describeRule, visible } from '../../model/rule-text.ts';
import type { GroupComparison } from '../../plan/compare/comparison.ts';
import { openingLine } from '../markdown/traffic.ts';
import { atPlace, blockLines, changeText, exposureLines, findingLine, titled } from '../text.ts';
import { comparisonNotes, comparisonSummary, isDifferent, type ShownComparison } from './shown.ts';

/** The whole comparison as lines of plain text, ending in a newline. */
export function renderComparison(shown: ShownComparison): string {
  const { base, revision, comparison } = shown;
  return [
    `base     ${visible(base.ref)} (${base.revision})`,
    `revision ${revision}`,
    comparisonSummary(comparison),
    ...comparisonNotes(shown),
    ...comparison.groups.filter(isToldOf).flatMap((group) => ['', ...comparedLines(group)]),
    '',
  ].join('\n');
}

/** The groups of which something is to be said. */
export const isToldOf = (group: GroupComparison): boolean => isDifferent(group) || group.findings.length > 0;

/** One group, its heading first. */
export function comparedLines(group: GroupComparison): string[] {
  const { mode, diff, exposure, opening, settings, blockedBy, findings, source } = group;
  const heading = `${visible(groupKey(group))} (${mode}): ${statusText(group)}  ${atPlace(source)}`;
  const hasTraffic = diff.missing.length + diff.unexpected.length + diff.different.length > 0;
  return [
    heading,
    ...titled('settings', settings),
    ...titled('traffic', hasTraffic ? [...opening.map(openingLine), ...exposureLines(exposure, diff)] : []),
    ...titled('rules', ruleLines(group)),
    ...titled(mode === 'observe' ? 'would be blocked by' : 'blocked by', blockedBy.flatMap(blockLines)),
    ...titled('findings', findings.map(findingLine)),
  ];
}

function statusText({ change, status, diff }: GroupComparison): string {
  switch (change) {
    case 'added':
      return `added, ${status}; what the group holds now is not known here`;
    case 'released':
      return `released: what is there stays (${counted(diff.unmanaged, 'rule')}), and is no longer managed`;
    case 'changed':
    case 'same':
      return status;
  }
}

function ruleLines({ change, diff, mode }: GroupComparison): string[] {
  if (change === 'released') return [];
  const mark = mode === 'additive' ? '= left alone' : '-';
  return [
    ...diff.missing.map(({ rule, source }) => `+ ${describeRule(rule)}  ${atPlace(source)}`),
    ...diff.different.map((pair) => `~ ${changeText(pair)}  ${atPlace(pair.to.source)}`),
    ...diff.unexpected.map(({ rule }) => `${mark} ${describeRule(rule)}`),
  ];
}
