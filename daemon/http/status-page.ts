// The status as a page: no script, nothing loaded from anywhere, every text escaped.
import { commitLine } from '../../reconciler/report/commit.ts';
import type { LaneStatus } from '../queue/lanes.ts';
import type { GroupStatus } from '../schedule/group-record.ts';
import { attributionText } from '../journal/attribution.ts';
import { hookLines } from './hooks/hook-lines.ts';
import { shardLines } from './shard-lines.ts';
import type { DaemonStatus, GroupOfDaemon } from './status.ts';

/** A page of more rows is of no use; the document has them all. */
const MAX_ROWS = 1000;

/** The only style of the page; the server names its hash in the Content-Security-Policy. */
export const STATUS_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; }
td { overflow-wrap: anywhere; } code { font-family: ui-monospace, monospace; }
.good { color: #1a7f37; } .bad { color: #cf222e; } .calm { color: #888; }
@media (prefers-color-scheme: dark) { .good { color: #4ac26b; } .bad { color: #ff7b72; } }
`;

export function renderStatusPage(status: DaemonStatus): string {
  const converged = status.groups.filter(({ outcome }) => outcome === 'converged').length;
  const { revision, problems } = status.policies;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10">
<title>Rampart: ${converged} of ${status.groups.length} groups converged</title>
<style>${STATUS_STYLE}</style>
<h1>Rampart ${escapeHtml(status.rampart)}</h1>
<p>${status.ready ? '<span class="good">Ready</span>' : '<span class="bad">Not ready yet</span>'};
running since ${escapeHtml(status.startedAt)};
policies of revision <code>${escapeHtml(revision ?? 'none')}</code>${
    problems === 0
      ? ''
      : `; <span class="bad">the newest policies have ${problems} problems and are not in force</span>`
  }.</p>
${sourceText(status)}${notesText(status)}<p>${configText(status)}.</p>
${heldBanner(status)}${hooksText(status)}${shardsText(status)}<h2>Groups: ${converged} of ${status.groups.length} converged</h2>
${table(['Group', 'Account', 'Region', 'State', 'Reason', 'Last attempt', 'Last converged'], status.groups, groupRow)}
<h2>Lanes</h2>
${table(['Operation', 'Account', 'Region', 'State', 'Calls a minute', 'Waiting'], status.lanes, laneRow)}
</html>
`;
}

function shardsText({ leases }: DaemonStatus): string {
  return shardLines(leases)
    .map((line) => `<p>${escapeHtml(line)}</p>\n`)
    .join('');
}

function configText({ config: { file, mode, brake, accounts, journal } }: DaemonStatus): string {
  const named = accounts.map(
    ({ name, endpoint }) => `${escapeHtml(name)} at <code>${escapeHtml(endpoint)}</code>`,
  );
  return `Mode <b>${mode}</b>${brake === 'off' ? ', <span class="bad">brake off</span>' : ''}; config <code>${escapeHtml(file)}</code>; accounts ${named.join(', ')}; journal <code>${escapeHtml(journal)}</code>`;
}

/** The commit in force, and whether its remote answers. */
function sourceText({ policies: { commit, remote } }: DaemonStatus): string {
  const of = commit === null ? '' : `<p>Commit ${escapeHtml(commitLine(commit))}</p>\n`;
  const { url, error } = remote ?? { url: '', error: null };
  if (remote === null || error === null) return of;
  const last = remote.answeredAtMs === null ? 'not since the start' : time(remote.answeredAtMs);
  return `${of}<p class="bad">Nothing can be fetched from <code>${escapeHtml(url)}</code> (last: ${last}): ${escapeHtml(error)}</p>\n`;
}

function notesText({ policies: { notes } }: DaemonStatus): string {
  return notes.map((note) => `<p class="bad">${escapeHtml(note)}</p>\n`).join('');
}

function groupRow(group: GroupOfDaemon): string[] {
  const { id, account, region, outcome, reason, lastAttemptMs, lastConvergedMs } = group;
  return [
    `<code>${escapeHtml(id)}</code>`,
    escapeHtml(account),
    escapeHtml(region),
    `<span class="${stateClass(outcome)}">${escapeHtml(outcome)}</span>`,
    `${escapeHtml(reason)}${overridesOf(group)}${lastWriter(group)}`,
    time(lastAttemptMs),
    time(lastConvergedMs),
  ];
}

function heldBanner({ policies: { held } }: DaemonStatus): string {
  if (held === null) return '';
  const { revision, message, override } = held;
  const goOn = override === '' ? '' : `. To let it go on: <code>${escapeHtml(override)}</code>`;
  return `<p class="bad">Revision <code>${escapeHtml(revision)}</code> is held: ${escapeHtml(message)}${goOn}</p>\n`;
}

function hooksText({ hooks }: DaemonStatus): string {
  if (hooks === null) return '';
  const texts = hookLines(hooks).map((line) => `<p class="calm">${escapeHtml(line)}.</p>\n`);
  return texts.join('');
}

function overridesOf({ blockedBy }: GroupStatus): string {
  const commands = [...new Set(blockedBy.map(({ override }) => override))].filter((text) => text !== '');
  return commands.map((command) => `<br><code>${escapeHtml(command)}</code>`).join('');
}

function lastWriter({ attribution }: GroupOfDaemon): string {
  const last = attribution?.told.at(-1);
  const asking = attribution?.isAsking === true ? '<br>drift: ActionTrail is asked who made it' : '';
  return `${last === undefined ? '' : `<br>last drift: ${escapeHtml(attributionText(last))}`}${asking}`;
}

function stateClass(outcome: GroupStatus['outcome']): string {
  switch (outcome) {
    case 'converged':
      return 'good';
    case 'observed':
    case 'not-tried':
    case 'pending':
    case 'aborted':
      return 'calm';
    case 'blocked':
    case 'quarantined':
    case 'not-converged':
      return 'bad';
  }
}

function laneRow({ operation, account, region, mode, callsPerMinute, waiting }: LaneStatus): string[] {
  return [
    escapeHtml(operation),
    escapeHtml(account),
    escapeHtml(region),
    `<span class="${mode === 'open' ? 'good' : 'bad'}">${mode}</span>`,
    String(callsPerMinute),
    String(waiting),
  ];
}

function table<T>(
  heads: readonly string[],
  items: readonly T[],
  row: (item: T) => readonly string[],
): string {
  if (items.length === 0) return '<p class="calm">None yet.</p>';
  const shown = items.slice(0, MAX_ROWS).map(
    (item) =>
      `<tr>${row(item)
        .map((cell) => `<td>${cell}</td>`)
        .join('')}</tr>`,
  );
  const more = items.length - shown.length;
  return `<table>
<tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>
${shown.join('\n')}
</table>${more > 0 ? `\n<p class="calm">And ${more} more: see <code>/api/status</code>.</p>` : ''}`;
}

const time = (ms: number | null): string => (ms === null ? 'never' : new Date(ms).toISOString());

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
