// A plan for a pull request: a table to see at a glance, and the text of each group that is not as it
// should be in a fence that nothing inside can close.
import { groupKey } from '../model/group.ts';
import { groupLines, summaryLine } from './text.ts';
import { isFailed, sortResults, summarise, type GroupResult } from './results.ts';

/** `notes`: what is to be said of the revision as a whole. */
export function renderMarkdown(
  revision: string,
  results: readonly GroupResult[],
  notes: readonly string[] = [],
): string {
  const inOrder = sortResults(results);
  const unsettled = inOrder.filter((result) => isFailed(result) || result.status !== 'converged');
  return [
    `## Rampart plan for \`${revision.replaceAll('`', '')}\``,
    '',
    summaryLine(summarise(inOrder)),
    ...(notes.length === 0 ? [] : ['', ...fenced(notes, 'text')]),
    '',
    '| group | status | missing | different | unexpected | calls | hitless |',
    '|---|---|---|---|---|---|---|',
    ...inOrder.map(row),
    ...unsettled.flatMap((result) => ['', ...fenced(groupLines(result), 'text'), ...approveLines(result)]),
    '',
  ].join('\n');
}

function row(result: GroupResult): string {
  const cells = isFailed(result)
    ? [`\`${groupKey(result)}\``, 'error', '', '', '', '', '']
    : [
        `\`${groupKey(result)}\``,
        result.status,
        result.diff.missing.length,
        result.diff.different.length,
        result.diff.unexpected.length,
        result.steps.length,
        result.hitless ? 'yes' : '**no**',
      ];
  return `| ${cells.join(' | ')} |`;
}

/** By itself, so that it can be copied from the page. */
function approveLines(result: GroupResult): string[] {
  const waiting = isFailed(result) ? [] : result.blockedBy.filter(({ liftedBy }) => liftedBy === 'approval');
  const commands = new Set(waiting.map(({ override }) => override));
  if (commands.size === 0 || result.mode === 'observe') return [];
  const kinds = waiting.map(({ kind }) => `**${kind}**`).join(', ');
  return [
    '',
    `\`${groupKey(result)}\` waits for an approval (${kinds}):`,
    '',
    ...fenced([...commands], 'sh'),
  ];
}

function fenced(lines: readonly string[], language: 'text' | 'sh'): string[] {
  const runs = lines.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return [`${fence}${language}`, ...lines, fence];
}
