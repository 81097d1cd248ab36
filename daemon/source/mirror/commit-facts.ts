// What a commit says of itself: who wrote it, who committed it, and what for. Nothing of it is proved.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import { git } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';

const FACTS_FORMAT = ['%H', '%an <%ae>', '%cn <%ce>', '%ct', '%s'].join('%x00');
const MAX_TEXT = 200;

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
  const [id, author, committer, seconds, subject] = out?.toString('utf8').trimEnd().split('\0') ?? [];
  if (id === undefined || author === undefined || committer === undefined || subject === undefined)
    return null;
  return {
    id,
    author: shownText(author),
    committer: shownText(committer),
    subject: shownText(subject),
    atMs: Number(seconds) * 1000,
  };
}

/** Whoever may commit must not be able to rewrite a log or a terminal. */
const shownText = (text: string): string => printable(text).slice(0, MAX_TEXT);
