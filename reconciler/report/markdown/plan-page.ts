// A plan for a pull request.
import { counted } from '../../model/counted.ts';
import { groupKey } from '../../model/group.ts';
import type { GroupPlan } from '../../plan/plan.ts';
import { changeCounts } from '../changes/headline.ts';
import { isFailed, sortResults, tallyOf, type GroupResult } from '../results.ts';
import { groupLines, isTold, PLAIN_TEXT, rankOfGroup, RANKS, sumText } from '../text.ts';
import { renderPage, type PageSection } from './page.ts';
import { codeElement, codeSpan, fenced } from './safe.ts';
import { trafficSummary } from './traffic.ts';

export interface MarkdownOptions {
  /** What is to be said of the revision as a whole. */
  readonly notes?: readonly string[];
  /** By which a comment is found again, and which makes the page one; absent or null: none. */
  readonly marker?: string | null;
}

export function renderMarkdown(
  revision: string,
  results: readonly GroupResult[],
  { notes = [], marker = null }: MarkdownOptions = {},
): string {
  const inOrder = byImportance(sortResults(results));
  const settled = inOrder.filter((result) => !isTold(result));
  const told = inOrder.filter(isTold);
  return renderPage(
    {
      title: `## Rampart plan for ${codeSpan(revision)}`,
      summary:
        sumText(tallyOf(sortResults(results))) +
        (settled.length === 0 ? '' : `; ${counted(settled.length, 'group')} converged`),
      notes,
      traffic: told.flatMap((result) => (isFailed(result) ? [] : trafficSummary(groupKey(result), result))),
      columns: ['group', 'status', 'changes', 'calls', 'hitless'],
      rows: inOrder.map(planRow),
      sections: told.map(section),
    },
    marker,
  );
}

/** As in the text, but for blocked ones, which are what a reader of a page must act on: these stand first. */
function byImportance(results: readonly GroupResult[]): GroupResult[] {
  const rank = (result: GroupResult): number => {
    if (!isFailed(result) && result.status === 'blocked') return -1;
    return rankOfGroup(result) + (isTold(result) ? 0 : RANKS.length);
  };
  const ranked = results.map((result) => ({ result, rank: rank(result) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ result }) => result);
}

function planRow(result: GroupResult): string[] {
  const key = codeSpan(groupKey(result));
  if (isFailed(result)) return [key, 'error', '', '', ''];
  const { status, steps, hitless } = result;
  return [key, status, changeCounts(result), String(steps.length), hitless ? 'yes' : '**no**'];
}

function section(result: GroupResult): PageSection {
  const status = isFailed(result) ? 'error' : result.status;
  return {
    summary: `${codeElement(groupKey(result))}: ${status}${isFailed(result) ? '' : sizeText(result)}`,
    isOpen: status === 'blocked' || status === 'error',
    lines: groupLines(result, { ...PLAIN_TEXT, calls: true }),
    after: approveLines(result),
  };
}

const sizeText = (plan: GroupPlan): string =>
  plan.steps.length === 0 ? '' : `, ${changeCounts(plan)}, ${counted(plan.steps.length, 'call')}`;

/** By itself, so that it can be copied from the page. */
function approveLines(result: GroupResult): string[] {
  const waiting = isFailed(result) ? [] : result.blockedBy.filter(({ liftedBy }) => liftedBy === 'approval');
  const commands = new Set(waiting.map(({ override }) => override));
  if (commands.size === 0 || result.mode === 'observe') return [];
  const kinds = waiting.map(({ kind }) => `**${kind}**`).join(', ');
  return [
    '',
    `${codeSpan(groupKey(result))} waits for an approval (${kinds}):`,
    '',
    ...fenced([...commands], 'sh'),
  ];
}
