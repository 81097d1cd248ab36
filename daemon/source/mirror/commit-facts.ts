// What a commit says of itself: who wrote it, who committed it, and what for. Nothing of it is proved.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import { git } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';

const MAX_TEXT = 200;
/** Cut by git itself: a subject of megabytes is no reason to have no commit. It fills up with spaces what is shorter. */
const shortened = (field: string): string => `%<(${MAX_TEXT + 100},trunc)${field}`;
const FACTS_FORMAT = [
  '%H',
  shortened('%an'),
  shortened('%ae'),
  shortened('%cn'),
  shortened('%ce'),
  '%ct',
  shortened('%s'),
].join('%x00');

/** Null if it is not there, or cannot be read. */
export async function readCommitFacts(
  commit: string,
  place: GitPlace,
): Promise<Omit<CommitFacts, 'signers' | 'tag'> | null> {
  const args = [
    'log',
    '-1',
    '--no-show-signature',
    '--no-decorate',
    '--encoding=UTF-8',
    `--format=${FACTS_FORMAT}`,
  ];
  const out = await git([...args, commit, '--'], place);
  const fields = out?.toString('utf8').split('\0') ?? [];
  const [id, author, authorAt, committer, committerAt, seconds, subject] = fields.map((field) =>
    field.trim(),
  );
  if (id === undefined || subject === undefined) return null;
  return {
    id,
    author: shownText(`${author} <${authorAt}>`),
    committer: shownText(`${committer} <${committerAt}>`),
    subject: shownText(subject),
    atMs: Number(seconds) * 1000,
  };
}

/** Whoever may commit must not be able to rewrite a log or a terminal. */
const shownText = (text: string): string => printable(text).slice(0, MAX_TEXT);
