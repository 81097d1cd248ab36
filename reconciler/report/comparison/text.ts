// `plan --base` for people.
import { counted } from '../../model/counted.ts';
import { visible } from '../../model/rule-text.ts';
import type { GroupComparison } from '../../plan/compare/comparison.ts';
import { changeBlocks } from '../changes/change-lines.ts';
import { changeRows } from '../changes/headline.ts';
import { PLAIN_LOOK, rowLines, wrappedLine, type Look } from '../look.ts';
import { atPlace, blockLines, changePhrases, findingLine, headline, indented } from '../text.ts';
import { comparisonNotes, comparisonSummary, isDifferent, type ShownComparison } from './shown.ts';

/** The whole comparison as lines of plain text, ending in a newline. */
export function renderComparison(shown: ShownComparison, look: Look = PLAIN_LOOK): string {
  const { base, revision, comparison } = shown;
  const head = [
    `base     ${visible(base.ref)} (${base.revision})`,
    `revision ${revision}`,
    comparisonSummary(comparison),
    ...comparisonNotes(shown),
  ];
  return [
    ...head.flatMap((line) => wrappedLine(line, 2, look)),
    ...comparison.groups.filter(isToldOf).flatMap((group) => comparedLines(group, look)),
    '',
  ].join('\n');
}

/** The groups of which something is to be said. */
export const isToldOf = (group: GroupComparison): boolean => isDifferent(group) || group.findings.length > 0;

/** One group, its headline first. */
export function comparedLines(group: GroupComparison, look: Look = PLAIN_LOOK): string[] {
  const { change, mode, exposure, settings, blockedBy, findings, source } = group;
  const isReleased = change === 'released';
  const phrases = [
    ...(isReleased ? [] : changePhrases(group)),
    ...(mode === 'enforce' ? [] : [mode]),
    ...statusPhrases(group),
    atPlace(source),
  ];
  return [
    ...headline(group, phrases, look),
    ...rowLines(isReleased ? [] : changeRows(changeBlocks(group), 'base'), look),
    ...indented(
      [
        ...(exposure.exact ? [] : ['at most: too intricate to say exactly, no more than this changes']),
        ...settings,
        ...blockedBy.flatMap((block) =>
          blockLines(block, mode === 'observe' ? 'would be blocked by' : 'blocked by'),
        ),
        ...findings.map(findingLine),
      ],
      look,
    ),
  ];
}

function statusPhrases({ change, status, diff, blockedBy }: GroupComparison): string[] {
  switch (change) {
    case 'added':
      return [`added, ${status}; what the group holds now is not known here`];
    case 'released':
      return [`released: what is there stays (${counted(diff.unmanaged, 'rule')}), and is no longer managed`];
    case 'changed':
    case 'same': {
      const kinds = [...new Set(blockedBy.map(({ kind }) => kind))].join(', ');
      return status === 'blocked' ? [`BLOCKED by ${kinds}`] : change === 'same' ? [status] : [];
    }
  }
}
