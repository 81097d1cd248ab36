// `plan --base` for a pull request.
import { groupKey } from '../../model/group.ts';
import type { GroupComparison } from '../../plan/compare/comparison.ts';
import { changeCounts } from '../changes/headline.ts';
import { renderPage } from '../markdown/page.ts';
import { codeElement, codeSpan } from '../markdown/safe.ts';
import { trafficSummary } from '../markdown/traffic.ts';
import { comparisonNotes, comparisonSummary, type ShownComparison } from './shown.ts';
import { comparedLines, isToldOf } from './text.ts';

/** @param marker by which a comment is found again, and which makes the page one; null: none */
export function comparisonMarkdown(shown: ShownComparison, marker: string | null): string {
  const { base, revision, comparison } = shown;
  const told = [...comparison.groups.filter(isToldOf)].sort((a, b) => rank(a) - rank(b));
  return renderPage(
    {
      title: `## What ${codeSpan(revision)} changes against ${codeSpan(base.ref)}`,
      summary: comparisonSummary(comparison),
      notes: comparisonNotes(shown),
      traffic: told.flatMap((group) => trafficSummary(groupKey(group), group, 'base')),
      columns: ['group', 'change', 'status', 'changes'],
      rows: told.map(comparisonRow),
      sections: told.map((group) => ({
        summary: `${codeElement(groupKey(group))}: ${group.change}, ${group.status}`,
        isOpen: group.status === 'blocked',
        lines: comparedLines(group),
        after: [],
      })),
    },
    marker,
  );
}

/** Blocked ones first, then those that open something to the internet, then those that are released. */
function rank({ status, opening, change }: GroupComparison): number {
  if (status === 'blocked') return 0;
  if (opening.length > 0) return 1;
  if (change === 'released') return 2;
  return change === 'same' ? 4 : 3;
}

function comparisonRow(group: GroupComparison): string[] {
  return [codeSpan(groupKey(group)), group.change, group.status, changeCounts(group)];
}
