// What was in force, the newest first: who wrote it, who signed it, and what came of it in the cloud.
import { html } from 'hono/html';
import { visible } from '../../../reconciler/model/rule-text.ts';
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { groupKey } from '../../../reconciler/model/group.ts';
import { groupBy } from '../../../reconciler/model/collections.ts';
import type { HistoryEntry } from '../../journal/journal.ts';
import { NO_HTML, wholePage, tableOf, shortHash, shortTime, type Html } from './layout.ts';

interface RevisionsPage {
  readonly rampart: string;
  /** Null: none yet. */
  readonly inForce: string | null;
  /** Oldest first. */
  readonly commits: readonly CommitFacts[];
  /** The newest calls, oldest first. */
  readonly calls: readonly HistoryEntry[];
}

interface RevisionRow {
  readonly revision: string;
  readonly commit: CommitFacts | null;
  readonly calls: readonly HistoryEntry[];
}

/** The newest first. */
export function revisionRows({ commits, calls }: Omit<RevisionsPage, 'rampart' | 'inForce'>): RevisionRow[] {
  const byRevision = groupBy(calls, ({ revision }) => revision);
  const known = new Map(commits.map((commit) => [commit.id, commit]));
  const revisions = new Set([...known.keys(), ...byRevision.keys()]);
  return [...revisions]
    .map((revision) => ({
      revision,
      commit: known.get(revision) ?? null,
      calls: byRevision.get(revision) ?? [],
    }))
    .sort((one, other) => timeOf(other) - timeOf(one));
}

const timeOf = ({ commit, calls }: RevisionRow): number => calls[0]?.openedAtMs ?? commit?.atMs ?? 0;

export function revisionsPage({ rampart, inForce, ...known }: RevisionsPage): Html {
  const main = html`<h1>Revisions</h1>
    ${tableOf('Revisions', revisionColumns(inForce), revisionRows(known))}
    <p class="calm">
      With what the newest ${known.calls.length} calls came from; <code>rampart history</code> has all of
      them.
    </p>`;
  return wholePage({ title: 'Rampart: revisions', path: '/revisions', rampart, main });
}

const revisionColumns = (inForce: string | null) => [
  {
    head: 'Revision',
    cell: ({ revision }: RevisionRow) =>
      html`<code>${shortHash(revision)}</code>${revision === inForce ? html` <span class="good">in force</span>` : NO_HTML}`,
  },
  { head: 'Committed', cell: ({ commit }: RevisionRow) => (commit === null ? '' : shortTime(commit.atMs)) },
  { head: 'Author', cell: ({ commit }: RevisionRow) => commit?.author ?? '' },
  { head: 'Signed by', cell: ({ commit }: RevisionRow) => commit?.signers.join(', ') ?? '' },
  { head: 'Message', cell: ({ commit }: RevisionRow) => visible(commit?.subject ?? '') },
  { head: 'What it changed', cell: ({ calls }: RevisionRow) => changedText(calls) },
];

function changedText(calls: readonly HistoryEntry[]): string {
  const applied = calls.filter(({ result }) => result === 'applied');
  const groups = new Set(applied.map(({ group }) => groupKey(group))).size;
  return applied.length === 0
    ? 'nothing'
    : `${applied.length} calls in ${groups} ${groups === 1 ? 'group' : 'groups'}`;
}
